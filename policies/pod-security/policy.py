"""A namespace enforces a standard of Pod Security."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class PodSecurity(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="A namespace enforces Pod Security, at least baseline",
            id="JOURNEY_POD_SECURITY",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=("Namespace",),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        labels = conf["metadata"].get("labels") or {}
        enforced = labels.get("pod-security.kubernetes.io/enforce")
        return CheckResult.PASSED if enforced in ("baseline", "restricted") else CheckResult.FAILED


check = PodSecurity()
