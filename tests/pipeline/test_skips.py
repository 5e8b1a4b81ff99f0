"""Which findings a skip passes over, and how those that are left are told."""

from __future__ import annotations

import pytest

from journey.checks.outside import Finding
from journey.pipeline.skips import Skipped, covers, faults, problems, sift
from journey.problem import Pointer, Problem
from journey.spec.platform import Skip

DIGEST = Finding("environments/dev/local/kubernetes/cart/deployment-cart.yaml", "checkov/CKV_K8S_43", 2, "no digest")
ROLE = Finding("clusters/local/argocd/role-a.yaml", "checkov/CKV_K8S_49", 2, "wildcard")
HINT = "mend it, or pass over it under `skips` in platform.yaml with a reason"


def skip(rule: str, path: str = "**") -> Skip:
    return Skip(rule=rule, path=path, reason="known")


@pytest.mark.parametrize(
    ("rule", "path", "covered"),
    [
        ("CKV_K8S_43", "**", True),
        ("checkov/CKV_K8S_43", "**", True),
        ("CKV_K8S_4", "**", False),
        ("zizmor/CKV_K8S_43", "**", False),
        ("CKV_K8S_43", "environments/dev/**", True),
        ("CKV_K8S_43", "environments/prod/**", False),
        ("CKV_K8S_43", "environments/*/deployment-cart.yaml", False),
        ("CKV_K8S_43", "environments/**/deployment-*.yaml", True),
        ("CKV_K8S_43", "**/deployment-car?.yaml", True),
        ("CKV_K8S_43", "environments/dev/local/kubernetes/cart/deployment-cart_yaml", False),
        ("CKV_K8S_43", "environments/dev/local/kubernetes/cart/deployment-cart.yaml", True),
    ],
)
def test_a_skip_covers_one_rule_under_one_glob(rule: str, path: str, covered: bool) -> None:
    assert covers(skip(rule, path), DIGEST) is covered


def test_what_is_passed_over_is_counted() -> None:
    second = Finding(DIGEST.path, DIGEST.rule, 9, "no digest either")
    all_, dev, idle = skip("CKV_K8S_43"), skip("CKV_K8S_43", "environments/dev/**"), skip("CKV_K8S_8")
    assert sift([DIGEST, second, ROLE], [all_, dev, idle]) == (
        [ROLE],
        [Skipped(all_, 2, 1), Skipped(dev, 2, 1), Skipped(idle, 0, 0)],
    )


def test_a_skip_that_passes_over_nothing_is_a_problem() -> None:
    told = list(faults([Skipped(skip("CKV_K8S_43"), 1, 1), Skipped(skip("CKV_K8S_8", "clusters/**"), 0, 0)], True))
    message = "nothing under `clusters/**` breaks `CKV_K8S_8`: the skip passes over nothing"
    where = Pointer("platform.yaml", ("skips", 1))
    assert told == [Problem(where, "outside/unused-skip", message, "remove it, or mend its rule or path")]


def test_nobody_knows_what_a_skip_would_pass_over_while_a_program_is_missing() -> None:
    assert list(faults([Skipped(skip("CKV_K8S_8"), 0, 0)], complete=False)) == []


def test_every_finding_is_told_at_the_block_of_its_file() -> None:
    cart = Pointer("apps/cart/service.yaml")
    found = [Finding("b", "checkov/A", 3, "bad", "read this"), Finding("a", "checkov/A", 0, "bad")]
    assert problems([*found, ROLE], {"a": cart, "b": cart}) == [
        Problem(cart, "checkov/A", "a: bad", HINT),
        Problem(cart, "checkov/A", "b:3: bad", f"read this; {HINT}"),
        Problem(Pointer("platform.yaml"), "checkov/CKV_K8S_49", f"{ROLE.path}:2: wildcard", HINT),
    ]
