"""Patches that do nothing are told on their own line."""

from __future__ import annotations

from journey.artifact import Unit
from journey.checks import patches
from journey.problem import Pointer, Problem
from journey.spec.view import View
from tests import specs

PATCHED = (
    specs.SERVICE
    + """\
release: {version: "1.0.0"}
patches:
- target: {kind: Deployment}
  merge: {spec: {minReadySeconds: 5}}
- target: {kind: CronJob}
  merge: {spec: {suspend: true}}
"""
)


class Asked:
    def __init__(self, view: View) -> None:
        self.view = view


def found(text: str, unit: Unit) -> list[Problem]:
    view = specs.platform({"apps/auth/service.yaml": text})
    return list(patches.inspect_unit(unit, [], Asked(view)))


def test_a_patch_that_fits_nothing_is_a_problem() -> None:
    problem, *more = found(PATCHED, Unit("kubernetes", "dev", "local", "auth"))
    assert more == []
    assert problem.where == Pointer("apps/auth/service.yaml", ("patches", 1))
    assert problem.rule == "workload/patch"
    assert problem.message.startswith("dev on local: ")
    assert "CronJob" in problem.message
    assert problem.hint == (
        "name a rendered object by its kind and name, as its file is called, or take the patch away"
    )


def test_patches_that_fit_and_other_units_are_no_problem() -> None:
    assert found(specs.SERVICE, Unit("kubernetes", "dev", "local", "auth")) == []
    assert found(PATCHED, Unit("argocd", "dev", "local", "auth")) == []
    assert found(PATCHED, Unit("kubernetes", "dev", "local")) == []
