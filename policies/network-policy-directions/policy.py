"""A NetworkPolicy says which directions it governs."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check


class NetworkPolicyDirections(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="A NetworkPolicy names its directions",
            id="JOURNEY_NETWORK_POLICY_DIRECTIONS",
            categories=(CheckCategories.KUBERNETES,),
            supported_entities=("NetworkPolicy",),
        )

    def scan_spec_conf(self, conf: dict[str, Any]) -> CheckResult:
        """PASSED or FAILED; whatever it cannot read raises, and then the run fails."""
        spec = conf["spec"]
        directions = set(spec.get("policyTypes") or ())
        ruled = {name for name, field in (("Ingress", "ingress"), ("Egress", "egress")) if field in spec}
        return CheckResult.PASSED if directions and ruled <= directions else CheckResult.FAILED


check = NetworkPolicyDirections()
