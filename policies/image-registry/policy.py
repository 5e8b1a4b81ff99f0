"""An image names the registry that it comes from."""

from __future__ import annotations

import re
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check

_REGISTRY = re.compile(r"(localhost|[^/]*[.:][^/]*)/")
"""A first part with a dot or a port is a registry; any other is a name on the runtime's default one."""


class ImageRegistry(BaseK8Check):
    """See README.md."""

    def __init__(self) -> None:
        super().__init__(
            name="An image names its registry",
            id="JOURNEY_IMAGE_REGISTRY",
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
        spec = self.template(conf)["spec"]
        images = [one["image"] for part in ("initContainers", "containers") for one in spec.get(part) or ()]
        return CheckResult.PASSED if all(map(_REGISTRY.match, images)) else CheckResult.FAILED

    def template(self, conf: dict[str, Any]) -> dict[str, Any]:
        """The pod, or the template of the pods, that an object makes."""
        if conf["kind"] == "Pod":
            return conf
        spec = conf["spec"]
        template: dict[str, Any] = (spec["jobTemplate"]["spec"] if conf["kind"] == "CronJob" else spec)["template"]
        return template


check = ImageRegistry()
