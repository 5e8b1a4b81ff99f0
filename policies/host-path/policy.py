"""A pod mounts nothing of its node."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class HostPath(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="No volume is a path of the node",
            id="JOURNEY_HOST_PATH",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=(
                "CronJob",
                "DaemonSet",
                "Deployment",
                "Job",
                "Pod",
                "ReplicaSet",
                "StatefulSet",
            ),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        volumes = self.template(conf)["spec"].get("volumes") or ()
        return CheckResult.FAILED if any("hostPath" in volume for volume in volumes) else CheckResult.PASSED

    def template(self, conf: dict[str, Any]) -> dict[str, Any]:
        """The pod, or the template of the pods, that an object makes."""
        if conf["kind"] == "Pod":
            return conf
        spec = conf["spec"]
        template: dict[str, Any] = (spec["jobTemplate"]["spec"] if conf["kind"] == "CronJob" else spec)["template"]
        return template


check = HostPath()
