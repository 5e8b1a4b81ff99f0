"""What is wrong with a spec that its types cannot say: references, contradictions, what a cluster lacks, secrets.

Each judgement is pure and reads the spec through a View alone, so that it can be kept and asked again only when
something that it read has changed. A mistake is one Problem, at the node that makes it, in the layer that says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from journey.problem import Problem
from journey.spec.rules import references
from journey.spec.view import View

RULES: dict[str, str] = {**references.RULES}
"""Every rule's id, with what it asks in a sentence."""


def judge_versions(view: View, known: tuple[str, ...]) -> Iterator[Problem]:
    """Clusters whose Kubernetes version is none of `known` (`1.34`...), the versions whose schemas are held."""
    return references.versions(view, known)


def judge_platform(view: View) -> Iterator[Problem]:
    """Problems of `platform.yaml` and its promoted files, and of services together."""
    yield from references.platform(view)


def judge_service(view: View, name: str) -> Iterator[Problem]:
    """Problems of one service: its file, its promoted files, and every place in which it runs."""
    yield from references.service(view, name)
