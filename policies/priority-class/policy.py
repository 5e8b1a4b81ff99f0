"""A pod says how important it is."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class PriorityClass(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="A pod names its priority class",
            id="JOURNEY_PRIORITY_CLASS",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=(
                "DaemonSet",
                "Deployment",
                "StatefulSet",
            ),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        named = self.template(conf)["spec"].get("priorityClassName")
        return CheckResult.PASSED if named else CheckResult.FAILED

    def template(self, conf: dict[str, Any]) -> dict[str, Any]:
        """The pod, or the template of the pods, that an object makes."""
        if conf["kind"] == "Pod":
            return conf
        spec = conf["spec"]
        template: dict[str, Any] = (spec["jobTemplate"]["spec"] if conf["kind"] == "CronJob" else spec)["template"]
        return template


check = PriorityClass()
