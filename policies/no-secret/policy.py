"""No secret stands in git."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class NoSecret(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="Secrets are fetched by an ExternalSecret, never rendered",
            id="JOURNEY_NO_SECRET",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=("Secret",),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        return CheckResult.FAILED if conf.get("data") or conf.get("stringData") else CheckResult.PASSED


check = NoSecret()
