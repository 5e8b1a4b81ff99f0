"""Why a field says what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.explain import answers
from journey.explain.answers import Answer, Default, Lost, Rule
from journey.explain.trials import REMOVED, Trials
from journey.problem import Pointer
from tests import specs
from tests.explain import shop

SERVICE = "apps/web/service.yaml"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return shop.trials(specs.load(shop.FILES, tmp_path_factory.mktemp("shop")))


def ask(trials: Trials, kind: str, *name: str | int) -> Answer:
    return answers.explain(trials, shop.file(kind, trials.unit.service, trials.unit.environment), [name]).answers[0]


def where(answer: Answer) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(cause.where.file, cause.where.path) for cause in answer.causes]


def test_a_value_that_is_said_has_its_line_and_what_it_stands_over(trials: Trials) -> None:
    answer = ask(trials, "deployment", "spec", "replicas")
    assert answer.value == 3
    assert where(answer) == [(SERVICE, ("environments", "prod", "scaling", "min"))]
    cause = answer.causes[0]
    assert (cause.value, cause.instead, cause.becomes, cause.copied) == (3, 4, 4, True)
    assert answer.lost == (
        Lost(Pointer("platform.yaml", ("environments", "prod", "defaults", "scaling", "min")), 2),
        Lost(Pointer("platform.yaml", ("defaults", "scaling", "min")), 1),
    )
    assert not answer.defaults and not answer.constant


def test_a_default_has_its_field(trials: Trials) -> None:
    answer = ask(trials, "deployment", "spec", "template", "spec", "securityContext", "runAsUser")
    assert answer.causes == ()
    assert Default(Pointer(SERVICE, ("security", "user")), 10001) in answer.defaults


def test_a_constant_is_the_targets(trials: Trials) -> None:
    assert ask(trials, "deployment", "apiVersion").constant


def test_a_name_is_told_as_the_key_that_gives_it(trials: Trials) -> None:
    answer = ask(trials, "deployment", "metadata", "labels", "app.kubernetes.io/instance")
    assert answer.value == "web-prod"
    assert answer.named == (Pointer(SERVICE), Pointer("platform.yaml", ("environments", "prod"), key=True))


def test_a_reference_with_one_thing_to_name_is_a_cause(trials: Trials) -> None:
    answer = ask(trials, "deployment", "metadata", "labels", "request-journey.dev/team")
    assert where(answer) == [(SERVICE, ("team",))]
    assert answer.causes[0].instead == "web-2"


def test_a_value_that_passes_through_a_hash_and_an_f_string_has_its_line(trials: Trials) -> None:
    """The ConfigMap's name ends in a hash of its content."""
    container = ("spec", "template", "spec", "containers", "name=web")
    answer = ask(trials, "deployment", *container, "envFrom", 0, "configMapRef", "name")
    assert where(answer) == [
        (SERVICE, ("config", "values", "GREETING")),
        (SERVICE, ("config", "values", "OTHER")),
    ]
    assert where(ask(trials, "deployment", *container, "image")) == [
        (SERVICE, ("release", "version")),
        ("platform.yaml", ("registry",)),
    ]


def test_another_services_line_is_a_cause_and_the_fact_between_is_named(trials: Trials) -> None:
    of_api = Trials(trials.documents, trials.unit._replace(service="api"), shop.render)
    answer = ask(of_api, "networkpolicy", "spec", "ingress", 0, "from", 0, "podSelector", "matchLabels",
                 "app.kubernetes.io/name")  # fmt: skip
    assert answer.value == "web"
    assert where(answer) == [(SERVICE, ("needs", 0))], "the only other service is itself, which it must not need"
    assert Rule(
        "facts.traffic.callers", "The services that dial a service, each with the port of it that they dial."
    ) in (answer.rules)


def test_an_object_is_there_because_of_a_line(trials: Trials) -> None:
    path = shop.file("deployment")
    told = answers.explain(trials, path, list(trials.fields(path).values)[:1])
    assert [(cause.where.path, cause.instead, cause.becomes) for cause in told.presence] == [
        (("release",), REMOVED, None),
        (("environments", "prod", "base"), "promoted", None),
    ]


def test_a_list_shows_no_loser(tmp_path: Path) -> None:
    files = {**shop.FILES, SERVICE: shop.WEB.replace("    scaling: {min: 3}", "    args: [a]") + "args: [b]\n"}
    trials = shop.trials(specs.load(files, tmp_path))
    answer = ask(trials, "deployment", "spec", "template", "spec", "containers", "name=web", "args", "=a")
    assert answer.value == "a"
    assert where(answer) == [(SERVICE, ("environments", "prod", "args", 0))]
    assert answer.lost == ()


@pytest.mark.parametrize(
    ("file", "path", "expected"),
    [
        ("apps/a/promoted/prod.yaml", ("base", "x"), Pointer("apps/a/service.yaml", ("x",))),
        ("apps/a/promoted/prod.yaml", ("clusters", "east", "x"), Pointer("apps/a/service.yaml", ("x",))),
        ("promoted/prod.yaml", ("defaults", "x"), Pointer("platform.yaml", ("defaults", "x"))),
        ("apps/a/service.yaml", ("x",), None),
        ("platform.yaml", ("x",), None),
    ],
)
def test_a_promoted_node_was_copied_from_one(file: str, path: tuple[str | int, ...], expected: Pointer | None) -> None:
    assert answers.head_of(Pointer(file, path)) == expected
