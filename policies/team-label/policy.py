"""What runs says whose it is."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class TeamLabel(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="A workload or namespace names the team that owns it",
            id="JOURNEY_TEAM_LABEL",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=(
                "CronJob",
                "DaemonSet",
                "Deployment",
                "Job",
                "Pod",
                "ReplicaSet",
                "StatefulSet",
                "Namespace",
            ),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        labels = conf["metadata"].get("labels") or {}
        return CheckResult.PASSED if labels.get("request-journey.dev/team") else CheckResult.FAILED


check = TeamLabel()
