"""An Application stands in a project that limits it."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class ArgocdProject(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="An Application is not in Argo CD's default project",
            id="JOURNEY_ARGOCD_PROJECT",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=("Application",),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        project = conf["spec"].get("project")
        return CheckResult.PASSED if project and project != "default" else CheckResult.FAILED


check = ArgocdProject()
