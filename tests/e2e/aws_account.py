"""What a proof asks of the stand-in for AWS, by boto3: `python aws_account.py ACT REGION ...`, answered as JSON.

Run by the environment of `tools/moto.lock`. `stack REGION NAME TEMPLATE` makes a stack and tells its outputs;
`object REGION BUCKET KEY` tells how an object is kept; `put REGION BUCKET KEY TEXT` and `delete REGION BUCKET KEY`.
"""

# mypy: ignore-errors
from __future__ import annotations

import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError


def stack(region, name, template):
    api = boto3.client("cloudformation", region_name=region)
    body = Path(template).read_text(encoding="utf-8")
    api.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    (found,) = api.describe_stacks(StackName=name)["Stacks"]
    return {item["OutputKey"]: item["OutputValue"] for item in found["Outputs"]}


def object_(region, bucket, key):
    try:
        found = boto3.client("s3", region_name=region).head_object(Bucket=bucket, Key=key)
    except ClientError:
        return None
    return {"encryption": found.get("ServerSideEncryption"), "key": found.get("SSEKMSKeyId")}


def put(region, bucket, key, text):
    boto3.client("s3", region_name=region).put_object(Bucket=bucket, Key=key, Body=text.encode())


def delete(region, bucket, key):
    boto3.client("s3", region_name=region).delete_object(Bucket=bucket, Key=key)


if __name__ == "__main__":
    act, *rest = sys.argv[1:]
    print(json.dumps({"stack": stack, "object": object_, "put": put, "delete": delete}[act](*rest)))
