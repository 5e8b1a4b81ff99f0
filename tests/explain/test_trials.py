"""A unit under changes of the spec: what is computed again, what the files say then, and what stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.artifact import Artifact, Format, Unit
from journey.explain.candidates import candidates, names_of
from journey.explain.trials import REMOVED, Change, Edited, Trials
from journey.problem import Pointer
from journey.spec.view import Engine, View
from tests import specs
from tests.explain import shop

SERVICE = "apps/web/service.yaml"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return shop.trials(specs.load(shop.FILES, tmp_path_factory.mktemp("shop")))


def test_a_change_alters_the_fields_that_follow_from_it(trials: Trials) -> None:
    path = shop.file("deployment")
    effect = trials.effect([Change(Pointer(SERVICE, ("environments", "prod", "scaling", "min")), 5)], [path])
    assert effect.changed == {(path, ("spec", "replicas"))}
    assert not effect.gone and not effect.broke


def test_a_file_that_is_not_rendered_any_more_is_gone(trials: Trials) -> None:
    path = shop.file("deployment")
    effect = trials.effect([Change(Pointer(SERVICE, ("release",)), REMOVED)], [path])
    assert effect.gone == {(path, name) for name in trials.fields(path).values}
    assert effect.changed == frozenset()


def test_a_field_that_is_not_rendered_any_more_is_changed(trials: Trials) -> None:
    path = shop.file("networkpolicy", "api", "dev")
    of_api = Trials(trials.documents, trials.unit._replace(service="api", environment="dev"), shop.render)
    effect = of_api.effect([Change(Pointer(SERVICE, ("needs",)), REMOVED)], [path])
    assert {name[1] for _, name in effect.changed} == {"ingress"}


def test_a_target_that_breaks_tells_nothing() -> None:
    def render(unit: Unit, view: View) -> Iterator[Artifact]:
        yield Artifact("a", Format.YAML, {"x": 1 / view.input("f", "a")}, Pointer("f"))

    trials = Trials({"f": {"a": 1}}, Unit("odd"), render)
    assert trials.effect([Change(Pointer("f", ("a",)), 0)], ["a"]).broke


def test_only_what_the_change_reaches_is_computed_again(trials: Trials) -> None:
    engine = trials.under([Change(Pointer(SERVICE, ("description",)), "x")])
    assert ("spec.resolve.service", "api", "prod", "local") in engine.memos
    assert ("spec.resolve.service", "web", "prod", "local") not in engine.memos
    assert ("spec.resolve.cluster", "local") in engine.memos


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(("a", "b"), 3)], {"a": {"b": 3}, "l": [1, 2, 3]}),
        ([(("a", "c", "d"), 3)], {"a": {"b": 1, "c": {"d": 3}}, "l": [1, 2, 3]}),
        ([(("l", 0), REMOVED), (("l", 2), REMOVED)], {"a": {"b": 1}, "l": [2]}),
        ([(("l", 0), REMOVED), (("l", 2), 9)], {"a": {"b": 1}, "l": [2, 9]}),
        ([(("a",), REMOVED), (("a", "b"), 2)], {"l": [1, 2, 3]}),
        ([(("a",), REMOVED), (("a",), REMOVED)], {"l": [1, 2, 3]}),
        ([(("l", 7), 1)], {"a": {"b": 1}, "l": [1, 2, 3]}),
        ([(("l", "x", "y"), 1)], {"a": {"b": 1}, "l": [1, 2, 3]}),
    ],
)
def test_changes_are_made_on_a_copy(changes: list[tuple[tuple[str | int, ...], object]], expected: object) -> None:
    original = {"a": {"b": 1}, "l": [1, 2, 3]}
    trials = Trials({"f": original}, Unit("kubernetes"), lambda unit, view: [])
    engine = trials.under(Change(Pointer("f", path), value) for path, value in changes)
    assert engine.documents["f"] == expected
    assert original == {"a": {"b": 1}, "l": [1, 2, 3]}
    assert list(engine.documents) == ["f"] and len(engine.documents) == 1


def test_a_document_that_is_not_changed_is_the_same() -> None:
    document: dict[str, object] = {}
    assert Edited({"f": document})["f"] is document


def test_what_the_rules_refuse_is_not_valid(trials: Trials) -> None:
    needs = Pointer(SERVICE, ("needs", 0, "service"))
    assert not trials.valid([Change(needs, "nobody")])
    assert trials.valid([Change(Pointer(SERVICE, ("ports", "http", "port")), 8081)])
    assert not trials.valid([Change(Pointer(SERVICE, ("needs",)), 5)]), "the rules themselves break over it"


@settings(max_examples=60)
@given(st.data())
def test_what_is_kept_between_trials_alters_no_byte(trials: Trials, data: st.DataObject) -> None:
    """Rendering with kept values gives what rendering from nothing gives."""
    every = candidates(trials, names_of(trials.documents))
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique_by=lambda one: one.where))
    changes = [change for one in chosen for change in one.change(data.draw(st.integers(0, len(one.changes) - 1)))]
    engine = trials.under(changes)
    assert trials.render(engine) == trials.render(Engine(engine.documents))
