"""The stack that Terraform needs before its first run: where it keeps state, and who a workflow's job is.

One a cluster. Of what an account, or a region of it, has once, the stack of its first cluster there makes it: two
parameters say so. GitHub's part: docs.github.com/actions/security-for-github-actions, "OpenID Connect in AWS".
"""

from __future__ import annotations

from journey.artifact import Node
from journey.facts import cloudformation, github, terraform
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.cloudformation import rights
from journey.targets.cloudformation.syntax import (
    Tree,
    arn,
    equal,
    got,
    key,
    output,
    policy,
    ref,
    resource,
    sub,
    tags,
    template,
    trust,
    yes_or_no,
)

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_ACCOUNT, _REGION = "FirstOfAccount", "FirstOfRegion"
_KEPT_DAYS: Tree = {
    "StateVersionDays": {
        "Type": "Number",
        "Description": "How long a state that was replaced is kept, in days.",
        "MinValue": 1,
        "Default": 90,
    },
    "AccessLogDays": {
        "Type": "Number",
        "Description": "How long it is known who read or wrote state, in days.",
        "MinValue": 1,
        "Default": 365,
    },
}


def content(view: View, env: str, cluster: str) -> Tree:
    """The template."""
    first = cloudformation.firsts(view, env, cluster)
    parameters: Tree = {
        _ACCOUNT: yes_or_no("Whether this stack makes what an account has one of.", first.of_account),
        _REGION: yes_or_no("Whether this stack makes what a region of an account has one of.", first.of_region),
        **_KEPT_DAYS,
    }
    resources: Tree = {**_state(view, cluster), **_logs(view, cluster), **_identity(), **_roles(view, env, cluster)}
    outputs: Tree = {
        "StateBucket": output("Where Terraform keeps state.", ref("StateBucket")),
        "StateKeyAlias": output("The key that state is encrypted under.", terraform.state(view, cluster, "").kms),
        **{
            f"{act.title()}RoleArn": output(
                f"Value of the repository's variable {cloudformation.variable(act, env, cluster)}.",
                got(f"{act.title()}Role", "Arn"),
            )
            for act in cloudformation.ACTS
        },
    }
    if cloudformation.networks(view, env)[:1] == (cluster,):
        resources |= _templates(view, env, cluster) | _stack_sets(view, env)
        outputs["TemplatesBucket"] = output("Where nested stacks' templates are put.", ref("TemplatesBucket"))
    region = resolve.cluster(view, cluster).region
    return template(
        f"What Terraform needs before its first run, for {env} on {cluster}.",
        (region,),
        Parameters=parameters,
        Conditions={name: equal(ref(name), "true") for name in (_ACCOUNT, _REGION)},
        Resources=resources,
        Outputs=outputs,
    )


def policy_of_stack() -> Tree:
    """No update may replace or delete what holds state (docs: "Prevent updates to stack resources")."""
    everything: Node = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    guarded: Node = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": [
            f"LogicalResourceId/{name}" for name in ("StateBucket", "StateKey", "StateKeyAlias", "LogsBucket")
        ],
    }
    return {"Statement": [everything, guarded]}


def _state(view: View, cluster: str) -> Tree:
    """The bucket and its key. The alias is told to the bucket as an ARN, since another stack may have made it."""
    state = terraform.state(view, cluster, "")
    alias: Tree = {"AliasName": state.kms, "TargetKeyId": ref("StateKey")}
    properties = key("State of Terraform")
    return {
        "StateKey": resource("KMS::Key", properties, condition=_REGION, kept=True),
        "StateKeyAlias": resource("KMS::Alias", alias, condition=_REGION, kept=True),
        "StateBucket": resource("S3::Bucket", _bucket(state.bucket, arn("kms", state.kms), "state/"), kept=True),
        "StateBucketPolicy": resource("S3::BucketPolicy", _encrypted("StateBucket"), kept=True),
    }


def _bucket(name: str, key_arn: Tree, prefix: str) -> Tree:
    """A bucket under a key, whose access logs are kept under a prefix."""
    by_key: Tree = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    rules: Node = [
        {
            "Id": "replaced",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": ref("StateVersionDays")},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
    return {
        "BucketName": name,
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_key}]
        },
        "LifecycleConfiguration": {"Rules": rules},
        "LoggingConfiguration": {"DestinationBucketName": ref("LogsBucket"), "LogFilePrefix": prefix},
        **_PRIVATE,
    }


_PRIVATE: Tree = {
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
}


def _logs(view: View, cluster: str) -> Tree:
    """Who read and wrote what, in a bucket of its own. S3 delivers under its own key alone, and a log of the logs would
    have no end (docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html)."""
    expires: Node = [
        {
            "Id": "old",
            "Status": "Enabled",
            "ExpirationInDays": ref("AccessLogDays"),
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        }
    ]
    properties: Tree = {
        "BucketName": cloudformation.logs_bucket(view, cluster),
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        "LifecycleConfiguration": {"Rules": expires},
        **_PRIVATE,
    }
    skipped: Tree = {"id": "CKV_AWS_18", "comment": "Logs of the logs would have no end."}
    delivered: Node = {
        "Sid": "Delivery",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": sub("${LogsBucket.Arn}/*"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    bucket = resource("S3::Bucket", properties, kept=True)
    return {
        "LogsBucket": {**bucket, "Metadata": {"checkov": {"skip": [skipped]}}},
        "LogsBucketPolicy": resource("S3::BucketPolicy", _encrypted("LogsBucket", delivered), kept=True),
    }


def _encrypted(bucket: str, *more: Node) -> Tree:
    """Nothing passes but by TLS."""
    statement: Node = {
        "Sid": "TlsAlone",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [got(bucket, "Arn"), sub(f"${{{bucket}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Bucket": ref(bucket), "PolicyDocument": policy(statement, *more)}


def _identity() -> Tree:
    """GitHub as one whose word is taken; IAM holds its certificates by itself."""
    provider: Tree = {"Url": f"https://{ISSUER}", "ClientIdList": [AUDIENCE]}
    return {"GitHub": resource("IAM::OIDCProvider", provider, condition=_ACCOUNT, kept=True)}


def _roles(view: View, env: str, cluster: str) -> Tree:
    """A role for each act, which a job takes by GitHub's word on its repository and on what it runs for."""
    repository = resolve.settings(view).repository
    owner, name = github.name_of(repository.url)
    subjects = {
        "plan": f"repo:{owner}/{name}:pull_request",
        "apply": f"repo:{owner}/{name}:environment:{env}",
        "drift": f"repo:{owner}/{name}:ref:refs/heads/{repository.branch}",
    }
    provider: Node = {"Federated": arn("iam", f"oidc-provider/{ISSUER}", region="")}
    found: Tree = {}
    for act in cloudformation.ACTS:
        said: Node = {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects[act]}}
        role: Tree = {
            "RoleName": cloudformation.role(view, cluster, act),
            "Path": rights.PATH,
            "Description": f"Jobs of GitHub that {act} {cluster}.",
            "AssumeRolePolicyDocument": trust(provider, "sts:AssumeRoleWithWebIdentity", said),
            "Policies": [{"PolicyName": act, "PolicyDocument": rights.of(view, cluster, act)}],
            "Tags": tags(cluster=cluster, environment=env, platform=resolve.settings(view).name),
        }
        found[f"{act.title()}Role"] = resource("IAM::Role", role)
    return found


def _templates(view: View, env: str, cluster: str) -> Tree:
    """Where nested stacks' templates are put: made by the first cluster whose network is made so."""
    bucket, _ = cloudformation.templates(view, env)
    key_arn = arn("kms", terraform.state(view, cluster, "").kms)
    return {
        "TemplatesBucket": resource("S3::Bucket", _bucket(bucket, key_arn, "templates/"), kept=True),
        "TemplatesBucketPolicy": resource("S3::BucketPolicy", _encrypted("TemplatesBucket"), kept=True),
    }


def _stack_sets(view: View, env: str) -> Tree:
    """Who makes a StackSet's stacks (docs: "Grant self-managed permissions"); made by the same cluster."""
    administration, execution = (cloudformation.set_role(view, env, act) for act in cloudformation.SET_ACTS)
    administrator: Tree = {
        "RoleName": administration,
        "AssumeRolePolicyDocument": trust({"Service": "cloudformation.amazonaws.com"}),
        "Policies": [
            {"PolicyName": "execute", "PolicyDocument": rights.taking(arn("iam", f"role/{execution}", region=""))}
        ],
    }
    executor: Tree = {
        "RoleName": execution,
        "AssumeRolePolicyDocument": trust({"AWS": got("StackSetAdministration", "Arn")}),
        "Policies": [{"PolicyName": "network", "PolicyDocument": rights.networks(view, env)}],
    }
    return {
        "StackSetAdministration": resource("IAM::Role", administrator),
        "StackSetExecution": resource("IAM::Role", executor),
    }
