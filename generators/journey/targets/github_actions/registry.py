"""How a job signs in to the image registry: who it is follows from the registry's host."""

from __future__ import annotations

import re

from journey.targets.github_actions.parts import GITHUB_TOKEN, Step, use

_ECR = re.compile(r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


def host(registry: str) -> str:
    """The host of a registry reference: `ghcr.io/acme` -> `ghcr.io`; Docker Hub has none written."""
    first = registry.partition("/")[0]
    return first if "." in first or ":" in first or first == "localhost" else "docker.io"


def sign_in(registry: str, role: str) -> list[Step]:
    """Steps that sign in: by the job's own token (GitHub), by an AWS role through OIDC (ECR), else by a stored token.

    role: the repository variable that holds the ARN of the AWS role.
    """
    where = host(registry)
    found = _ECR.fullmatch(where)
    if found:
        return [aws(role, found["region"]), _login({"registry": where})]
    if where == "ghcr.io":
        return [_login({"registry": where, "username": "${{ github.actor }}", "password": GITHUB_TOKEN})]
    stored = {"username": "${{ vars.REGISTRY_USER }}", "password": "${{ secrets.REGISTRY_TOKEN }}"}
    return [_login({"registry": where, **stored})]


def aws(role: str, region: str) -> Step:
    """A short-lived AWS session for the job through OIDC; no key is stored."""
    inputs = {"role-to-assume": f"${{{{ vars.{role} }}}}", "aws-region": region}
    return use("Assume the AWS role", "aws-actions/configure-aws-credentials", inputs)


def _login(inputs: dict[str, str]) -> Step:
    return use("Sign in to the registry", "docker/login-action", dict(inputs))
