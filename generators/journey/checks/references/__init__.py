"""Every name that an object gives is the name of something: within its unit, or among all that a cluster gets.

`inspect_unit` judges what stands in one unit. What leaves a unit is gathered by `links` while units are rendered, and
held together by `judge` once all are: identities are strings, so that they can be kept between runs.
"""

from __future__ import annotations

from journey.checks.references.across import DUPLICATE, MISSING, judge
from journey.checks.references.referred import PATH, links
from journey.checks.references.within import KEY, PORT, SELECTOR, VOLUME, inspect_unit

RULES: dict[str, str] = {
    MISSING: "What an object, or a stack, names is rendered: configuration, identity, gateway, folder, state, export.",
    SELECTOR: "What selects pods or Services selects at least one of those that its unit renders.",
    PORT: "A port that is named, or dialled, is one that the container behind it declares.",
    KEY: "A key that a pod reads is in the ConfigMap or Secret that its unit renders.",
    VOLUME: "A mount names a volume of its pod.",
    DUPLICATE: "One file defines an object on a cluster, or a resource of an account, never two.",
}

__all__ = ["PATH", "RULES", "inspect_unit", "judge", "links"]
