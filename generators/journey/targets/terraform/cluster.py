"""The module `cluster`: EKS with managed node groups, its add-ons, and a role for each of them that asks AWS."""

from __future__ import annotations

from journey.formats.hcl import Expression, Item, Raw
from journey.targets.terraform.syntax import Refusal, account, block, logs_key, output, ref, resource, trust, variable

NAME = "cluster"
DESCRIPTION = "An EKS cluster: a private API, encrypted secrets, managed node groups, add-ons with pod identity."

_POLICIES = '"arn:${data.aws_partition.current.partition}:iam::aws:policy/'

VARIABLES = (
    variable("name", "string", "The cluster's name.", Refusal("length(var.name) <= 100", "At most 100 characters.")),
    variable("region", "string", "The region that it stands in."),
    variable(
        "kubernetes",
        "string",
        "Kubernetes version, major and minor.",
        Refusal('can(regex("^1\\\\.[0-9]{2}$", var.kubernetes))', "Must be a version such as 1.35."),
    ),
    variable("node_subnets", "map(string)", "Subnets of nodes, by zone."),
    variable("pod_subnets", "map(string)", "Subnets of pods, by zone."),
    variable(
        "node_pools",
        "map(object({\n"
        "  size  = string\n"
        "  image = string\n"
        "  min   = number\n"
        "  max   = number\n"
        "  price = string\n"
        "  zones = list(string)\n"
        "}))",
        "Node pools by name.",
        Refusal("alltrue([for pool in var.node_pools : pool.min <= pool.max])", "Every min must be at most its max."),
        Refusal(
            'alltrue([for pool in var.node_pools : contains(["ON_DEMAND", "SPOT"], pool.price)])',
            "Every price must be ON_DEMAND or SPOT.",
        ),
    ),
    variable(
        "log_days",
        "number",
        "How long the control plane's logs are kept, in days.",
        Refusal("var.log_days >= 1", "Must be a day or more."),
        default=365,
    ),
)

OUTPUTS = (
    output("name", "The cluster's name.", "aws_eks_cluster.this.name"),
    output("endpoint", "Address of its API.", "aws_eks_cluster.this.endpoint"),
    output("node_role_arn", "The role of its nodes.", "aws_iam_role.nodes.arn"),
    output(
        "security_group_id",
        "The security group of its control plane, nodes and pods.",
        "aws_eks_cluster.this.vpc_config[0].cluster_security_group_id",
    ),
)


def main() -> tuple[Item, ...]:
    """The resources."""
    return (*account(), *_control_plane(), *_nodes(), *_addons())


def _attachment(name: str, role: str, *policies: str) -> Item:
    return resource(
        "aws_iam_role_policy_attachment",
        name,
        for_each=Raw(f"toset([{', '.join(f'{chr(34)}{policy}{chr(34)}' for policy in policies)}])"),
        role=ref(f"aws_iam_role.{role}.name"),
        policy_arn=Raw(_POLICIES + '${each.key}"'),
    )


def _control_plane() -> tuple[Item, ...]:
    """The API is reached from within the VPC alone; who may do what is said by access entries."""
    return (
        logs_key("this", '"Secrets and logs of the cluster ${var.name}"'),
        resource(
            "aws_cloudwatch_log_group",
            "this",
            name=Raw('"/aws/eks/${var.name}/cluster"'),
            retention_in_days=ref("var.log_days"),
            kms_key_id=ref("aws_kms_key.this.arn"),
        ),
        resource(
            "aws_iam_role",
            "cluster",
            name=Raw('"${var.name}-cluster"'),
            assume_role_policy=trust("eks.amazonaws.com"),
        ),
        _attachment("cluster", "cluster", "AmazonEKSClusterPolicy"),
        resource(
            "aws_eks_cluster",
            "this",
            block(
                "vpc_config",
                subnet_ids=Raw("values(var.node_subnets)"),
                endpoint_private_access=True,
                endpoint_public_access=False,
            ),
            block(
                "access_config",
                authentication_mode="API",
                bootstrap_cluster_creator_admin_permissions=True,
            ),
            block(
                "encryption_config",
                inner=(block("provider", key_arn=ref("aws_kms_key.this.arn")),),
                resources=["secrets"],
            ),
            block("upgrade_policy", support_type="STANDARD"),
            name=ref("var.name"),
            version=ref("var.kubernetes"),
            role_arn=ref("aws_iam_role.cluster.arn"),
            enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            bootstrap_self_managed_addons=False,
            deletion_protection=True,
            depends_on=[ref("aws_iam_role_policy_attachment.cluster"), ref("aws_cloudwatch_log_group.this")],
        ),
    )


def _nodes() -> tuple[Item, ...]:
    """Version 2 of the metadata service alone, one hop away, so that pods do not get the nodes' role."""
    return (
        resource(
            "aws_iam_role",
            "nodes",
            name=Raw('"${var.name}-nodes"'),
            assume_role_policy=trust("ec2.amazonaws.com"),
        ),
        _attachment(
            "nodes",
            "nodes",
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKS_CNI_Policy",
            "AmazonSSMManagedInstanceCore",
        ),
        resource(
            "aws_launch_template",
            "nodes",
            block("metadata_options", http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1),
            block(
                "block_device_mappings",
                inner=(block("ebs", encrypted=True, volume_size=100, volume_type="gp3"),),
                device_name="/dev/xvda",
            ),
            block("monitoring", enabled=True),
            name=Raw('"${var.name}-nodes"'),
        ),
        resource(
            "aws_eks_node_group",
            "this",
            block(
                "scaling_config",
                min_size=ref("each.value.min"),
                max_size=ref("each.value.max"),
                desired_size=ref("each.value.min"),
            ),
            block("update_config", max_unavailable_percentage=25),
            block("node_repair_config", enabled=True),
            block(
                "launch_template",
                id=ref("aws_launch_template.nodes.id"),
                version=ref("aws_launch_template.nodes.latest_version"),
            ),
            block("lifecycle", ignore_changes=[Raw("scaling_config[0].desired_size")]),
            for_each=ref("var.node_pools"),
            cluster_name=ref("aws_eks_cluster.this.name"),
            node_group_name=ref("each.key"),
            node_role_arn=ref("aws_iam_role.nodes.arn"),
            subnet_ids=Raw("[for zone in each.value.zones : var.node_subnets[zone]]"),
            version=ref("aws_eks_cluster.this.version"),
            ami_type=ref("each.value.image"),
            capacity_type=ref("each.value.price"),
            instance_types=[ref("each.value.size")],
            labels={"pool": ref("each.key")},
            depends_on=[ref("aws_iam_role_policy_attachment.nodes"), ref("aws_eks_addon.before_nodes")],
        ),
    )


def _addons() -> tuple[Item, ...]:
    """Pods have subnets of their own (docs.aws.amazon.com/eks/latest/userguide/cni-custom-network.html)."""
    interfaces = Raw(
        "{ for zone, subnet in var.pod_subnets : zone => {\n"
        "  id             = subnet\n"
        "  securityGroups = [aws_eks_cluster.this.vpc_config[0].cluster_security_group_id]\n"
        "} }"
    )
    own = block(
        "locals",
        cni={
            "enableNetworkPolicy": "true",
            "env": {
                "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
                "ENABLE_PREFIX_DELEGATION": "true",
                "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
            },
            "eniConfig": {"create": True, "region": ref("var.region"), "subnets": interfaces},
        },
    )
    return (
        own,
        resource(
            "aws_eks_addon",
            "before_nodes",
            for_each={
                "eks-pod-identity-agent": None,
                "kube-proxy": None,
                "vpc-cni": Raw("jsonencode(local.cni)"),
            },
            cluster_name=ref("aws_eks_cluster.this.name"),
            addon_name=ref("each.key"),
            configuration_values=ref("each.value"),
            resolve_conflicts_on_update="OVERWRITE",
        ),
        resource(
            "aws_eks_addon",
            "after_nodes",
            for_each=Raw('toset(["aws-ebs-csi-driver", "coredns"])'),
            cluster_name=ref("aws_eks_cluster.this.name"),
            addon_name=ref("each.key"),
            resolve_conflicts_on_update="OVERWRITE",
            depends_on=[ref("aws_eks_node_group.this"), ref("aws_eks_pod_identity_association.volumes")],
        ),
        resource(
            "aws_iam_role",
            "volumes",
            name=Raw('"${var.name}-volumes"'),
            assume_role_policy=trust("pods.eks.amazonaws.com", actions=("sts:AssumeRole", "sts:TagSession")),
        ),
        _attachment("volumes", "volumes", "service-role/AmazonEBSCSIDriverPolicy"),
        resource(
            "aws_eks_pod_identity_association",
            "volumes",
            cluster_name=ref("aws_eks_cluster.this.name"),
            namespace="kube-system",
            service_account="ebs-csi-controller-sa",
            role_arn=ref("aws_iam_role.volumes.arn"),
        ),
    )


def tests() -> tuple[Item, ...]:
    """What `terraform test` tries: a node group a pool, and values that are refused."""
    pool: dict[str, Expression] = {
        "size": "m7g.large",
        "image": "AL2023_ARM_64_STANDARD",
        "min": 1,
        "max": 2,
        "price": "ON_DEMAND",
        "zones": ["a"],
    }
    return (
        block("mock_provider", "aws"),
        block(
            "variables",
            name="test",
            region="eu-west-1",
            kubernetes="1.35",
            node_subnets={"a": "subnet-1"},
            pod_subnets={"a": "subnet-2"},
            node_pools={"general": pool},
        ),
        block(
            "run",
            "a_node_group_for_each_pool",
            inner=(
                block(
                    "assert",
                    condition=Raw('aws_eks_node_group.this["general"].capacity_type == "ON_DEMAND"'),
                    error_message="The pool must have a node group of its price.",
                ),
            ),
            command=ref("plan"),
        ),
        block(
            "run",
            "a_version_without_minor_is_refused",
            inner=(block("variables", kubernetes="1"),),
            command=ref("plan"),
            expect_failures=[ref("var.kubernetes")],
        ),
        block(
            "run",
            "fewer_nodes_at_most_than_at_least_are_refused",
            inner=(block("variables", node_pools={"general": {**pool, "max": 0}}),),
            command=ref("plan"),
            expect_failures=[ref("var.node_pools")],
        ),
    )
