"""A service's pods carry the id of their release and configuration."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class DeploymentId(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="A service's pods carry their deployment id",
            id="JOURNEY_DEPLOYMENT_ID",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=("Deployment",),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        if "request-journey.dev/environment" not in (conf["metadata"].get("labels") or {}):
            return CheckResult.PASSED  # not a service of the platform
        labels = self.template(conf).get("metadata", {}).get("labels") or {}
        return CheckResult.PASSED if labels.get("request-journey.dev/deployment-id") else CheckResult.FAILED

    def template(self, conf: dict[str, Any]) -> dict[str, Any]:
        """The pod, or the template of the pods, that an object makes."""
        if conf["kind"] == "Pod":
            return conf
        spec = conf["spec"]
        template: dict[str, Any] = (spec["jobTemplate"]["spec"] if conf["kind"] == "CronJob" else spec)["template"]
        return template


check = DeploymentId()
