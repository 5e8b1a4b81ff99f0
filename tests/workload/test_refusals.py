"""Patches that fit nothing are Problems where they stand: in the base, in an overlay."""

from __future__ import annotations

from journey.problem import Pointer, Problem
from journey.workload.refusals import refusals
from tests.workload.platforms import Data, service, view_of

FITTING: Data = {"target": {"kind": "Deployment"}, "merge": {"spec": {"minReadySeconds": 5}}}
LOST: Data = {"target": {"kind": "Ingress"}, "merge": {}}
OVERLAY: Data = {"dev": {"patches": [FITTING, LOST]}}
HINT = "name a rendered object by its kind and name, as its file is called, or take the patch away"


def problems(said: Data) -> list[Problem]:
    return refusals(view_of({"auth": said}), "auth", "dev", "local")


def test_a_patch_that_fits_nothing_is_told_where_it_stands() -> None:
    message = "dev on local: no Ingress `auth` is rendered"
    assert problems(service(patches=[LOST, FITTING], environments=OVERLAY)) == [
        Problem(Pointer("apps/auth/service.yaml", ("patches", 0)), "workload/patch", message, HINT),
        Problem(
            Pointer("apps/auth/service.yaml", ("environments", "dev", "patches", 1)), "workload/patch", message, HINT
        ),
    ]


def test_patches_that_fit_are_none() -> None:
    assert problems(service(patches=[FITTING])) == []


def test_before_the_first_build_nothing_is_told() -> None:
    assert problems(service(patches=[LOST], release=None)) == []


def test_a_service_without_patches_or_that_does_not_run_has_none() -> None:
    assert problems(service()) == []
    assert problems(service(enabled=False, patches=[LOST])) == []
