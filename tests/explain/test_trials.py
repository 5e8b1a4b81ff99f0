"""A unit under changes of the spec: what is computed again, what the files say then, and what stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.artifact import Artifact, Format, Unit
from journey.explain.candidates import candidates, names_of
from journey.explain.trials import REMOVED, Change, Edited, Effect, Trials
from journey.problem import Pointer
from journey.spec.view import Engine, View, query
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
    other, own = ("spec.resolve.ports", "api", "prod", "local"), ("spec.resolve.service", "web", "prod", "local")
    assert trials.artifacts and trials.render(engine)
    assert engine.compute(other) is trials.engine.memos[other]
    assert engine.compute(own).value.description == "x" != trials.engine.memos[own].value.description


def test_a_query_that_comes_out_the_same_stops_the_change(trials: Trials) -> None:
    """The description is in the service; what others dial is asked of it, and is as it was."""
    engine = trials.under([Change(Pointer(SERVICE, ("description",)), "x")])
    own, dialled = (
        ("spec.resolve.service", "web", "prod", "local"),
        ("facts.traffic.dialled", "web", "prod", "local"),
    )
    trials.render(trials.engine)
    assert not engine.same([own]) and engine.same([dialled])
    assert trials.effect([Change(Pointer("apps/api/service.yaml", ("description",)), "x")], list(trials.artifacts)) == (
        Effect()
    )


def test_true_is_not_one() -> None:
    """`1 == True` in Python; a rendered file tells them apart."""

    def render(unit: Unit, view: View) -> Iterator[Artifact]:
        yield Artifact("a", Format.YAML, {"x": said(view)}, Pointer("f"))

    trials = Trials({"f": {"a": [1]}}, Unit("odd"), render)
    assert trials.effect([Change(Pointer("f", ("a",)), [True])], ["a"]).changed == {("a", ("x", "=1"))}


@query
def said(view: View) -> object:
    """What the odd target renders."""
    return view.input("f", "a")


def test_a_file_depends_on_nothing_that_is_asked_after_it() -> None:
    asked: list[str] = []

    def render(unit: Unit, view: View) -> Iterator[Artifact]:
        for block in ("a", "b"):
            asked.append(block)
            yield Artifact(block, Format.YAML, {"x": view.input("f", block)}, Pointer("f"))

    trials = Trials({"f": {"a": 1, "b": 2}}, Unit("odd"), render)
    assert trials.artifact("a") is not None and asked == ["a"]
    assert trials.reads(["a"]) == (("input", "f", "a"),)
    assert trials.effect([Change(Pointer("f", ("a",)), 3)], ["a"]).changed == {("a", ("x",))}
    assert asked == ["a", "a"], "rendering ends with the file that is asked about"
    assert trials.reads(["b"]) == (("input", "f", "a"), ("input", "f", "b"))
    assert trials.artifact("c") is None


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
    trials = Trials(trials.documents, trials.unit, shop.render, trials.engine, indexes=True)
    every = candidates(trials, names_of(trials.documents), trials.artifacts)
    chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique_by=lambda one: one.where))
    changes = [change for one in chosen for change in one.change(data.draw(st.integers(0, len(one.changes) - 1)))]
    engine = trials.under(changes)
    assert trials.render(engine) == trials.render(Engine(engine.documents))


def test_an_index_leads_to_what_is_gone_and_not_to_what_comes(trials: Trials) -> None:
    """Unless indexes are made anew."""
    path, needs = shop.file("networkpolicy", "api"), Pointer(SERVICE, ("needs",))
    of_api = trials.unit._replace(service="api")
    apart = Trials(trials.documents, of_api, shop.render)
    assert apart.effect([Change(needs, REMOVED)], [path]).changed
    documents = {**trials.documents, SERVICE: {**trials.documents[SERVICE], "needs": []}}
    for indexes in (False, True):
        of_none = Trials(documents, of_api, shop.render, indexes=indexes)
        rendered = of_none.render(of_none.under([Change(needs, [{"service": "api"}])]))
        assert rendered is not None
        assert (rendered[path] != of_none.artifact(path)) is indexes
