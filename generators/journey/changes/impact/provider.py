"""Which arguments of Terraform's AWS provider cannot change in place, by its own schema (`ForceNew`).

From the documentation of each resource (registry.terraform.io/providers/hashicorp/aws/latest/docs), where such an
argument says "Forces new resource" or "Changing this creates a new resource".
"""

from __future__ import annotations

from collections.abc import Mapping

DOCS = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources"

REPLACES: Mapping[str, frozenset[str]] = {
    "aws_vpc": frozenset({"cidr_block", "ipv4_ipam_pool_id"}),
    "aws_vpc_ipv4_cidr_block_association": frozenset({"cidr_block", "vpc_id"}),
    "aws_subnet": frozenset({"availability_zone", "availability_zone_id", "cidr_block", "vpc_id", "outpost_arn"}),
    "aws_nat_gateway": frozenset({"allocation_id", "subnet_id", "connectivity_type", "private_ip"}),
    "aws_eip": frozenset({"domain", "network_border_group", "public_ipv4_pool"}),
    "aws_internet_gateway": frozenset(),
    "aws_egress_only_internet_gateway": frozenset({"vpc_id"}),
    "aws_default_security_group": frozenset({"vpc_id"}),
    "aws_route": frozenset(
        {"route_table_id", "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"}
    ),
    "aws_route_table": frozenset({"vpc_id"}),
    "aws_route_table_association": frozenset({"subnet_id", "gateway_id"}),
    "aws_vpc_endpoint": frozenset({"service_name", "vpc_id", "vpc_endpoint_type"}),
    "aws_flow_log": frozenset(
        {"vpc_id", "subnet_id", "log_destination", "iam_role_arn", "traffic_type", "max_aggregation_interval"}
    ),
    "aws_cloudwatch_log_group": frozenset({"name", "log_group_class"}),
    "aws_kms_key": frozenset({"customer_master_key_spec", "key_usage", "multi_region"}),
    "aws_iam_role": frozenset({"name", "path"}),
    "aws_iam_policy": frozenset({"name", "path", "description"}),
    "aws_iam_role_policy": frozenset({"name", "role"}),
    "aws_iam_role_policy_attachment": frozenset({"role", "policy_arn"}),
    "aws_security_group": frozenset({"name", "description", "vpc_id"}),
    "aws_vpc_security_group_ingress_rule": frozenset({"security_group_id"}),
    "aws_vpc_security_group_egress_rule": frozenset({"security_group_id"}),
    "aws_eks_cluster": frozenset({"name", "role_arn", "kubernetes_network_config", "bootstrap_self_managed_addons"}),
    "aws_eks_node_group": frozenset(
        {
            "ami_type",
            "capacity_type",
            "cluster_name",
            "disk_size",
            "instance_types",
            "node_group_name",
            "node_role_arn",
            "subnet_ids",
        }
    ),
    "aws_eks_addon": frozenset({"addon_name", "cluster_name"}),
    "aws_eks_pod_identity_association": frozenset({"cluster_name", "namespace", "service_account"}),
    "aws_launch_template": frozenset({"name", "name_prefix"}),
    "aws_db_subnet_group": frozenset({"name"}),
    "aws_db_parameter_group": frozenset({"name", "family"}),
    "aws_db_instance": frozenset(
        {
            "availability_zone",
            "character_set_name",
            "db_name",
            "engine",
            "kms_key_id",
            "snapshot_identifier",
            "storage_encrypted",
            "timezone",
            "username",
        }
    ),
    "aws_rds_cluster": frozenset(
        {"cluster_identifier", "database_name", "engine", "kms_key_id", "master_username", "storage_encrypted"}
    ),
    "aws_elasticache_replication_group": frozenset(
        {"at_rest_encryption_enabled", "kms_key_id", "replication_group_id", "subnet_group_name", "port"}
    ),
    "aws_s3_bucket": frozenset({"bucket", "bucket_prefix", "object_lock_enabled"}),
    "aws_dynamodb_table": frozenset({"name", "hash_key", "range_key"}),
    "aws_efs_file_system": frozenset({"availability_zone_name", "encrypted", "kms_key_id", "performance_mode"}),
    "aws_ebs_volume": frozenset({"availability_zone", "encrypted", "kms_key_id", "snapshot_id"}),
}
"""Resource type -> arguments whose change replaces the resource. A type that is not here is not known."""

HOLDS_DATA = frozenset(
    {
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_ebs_volume",
        "aws_efs_file_system",
        "aws_elasticache_replication_group",
        "aws_rds_cluster",
        "aws_s3_bucket",
    }
)
"""Types whose replacement or removal loses what they hold."""

OPENS = frozenset({"aws_security_group", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule"})
"""Types that let traffic in."""

GRANTS = frozenset({"aws_iam_policy", "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_iam_user_policy"})
"""Types that give permissions."""
