"""Differences on the lines of the spec, and live values taken into it. The cluster is a double of this test."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from journey.changes.drift.adopt import Adopted, adopted
from journey.changes.drift.objects import of_cluster
from journey.changes.drift.report import Located, Report, drift
from journey.pipeline import open_rendered
from journey.problem import Place
from tests.changes.shop import WEB_FILE, Shop


class Double:
    """A cluster that has the tree, but for edits by (kind, name) and path."""

    def __init__(self, root: Path, cluster: str, edits: Mapping[tuple[str, str], tuple[tuple[Any, ...], Any]]) -> None:
        self.tree = {self.whole(item.object): item.object for item in of_cluster(root, cluster)}
        self.edits = edits

    def key(self, item: Mapping[str, Any]) -> tuple[str, str]:
        return item["kind"], item["metadata"]["name"]

    def whole(self, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (*self.key(item), item["metadata"].get("namespace", ""))

    def get(self, item: Mapping[str, Any]) -> Any:
        live = copy.deepcopy(self.tree[self.whole(item)])
        if self.key(item) in self.edits:
            path, value = self.edits[self.key(item)]
            node = live
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = value
        return live

    def tried(self, item: Mapping[str, Any], manager: str) -> Any:
        return self.tree[self.whole(item)]

    def defaulted(self, item: Mapping[str, Any]) -> Any:
        return None

    def items(self, api_version: str, kind: str, namespace: str) -> list[Any]:
        return []


REPLICAS = ("spec", "replicas")
IMAGE = ("spec", "template", "spec", "containers", 0, "image")


def look(shop: Shop, edits: Mapping[tuple[str, str], tuple[tuple[Any, ...], Any]], *services: str) -> Report:
    session, _ = open_rendered(str(shop.root))
    return drift(str(shop.root), session, "local", Double(shop.root, "local", edits), services)


@pytest.fixture
def promoted(shop: Shop) -> Shop:
    shop.edit(WEB_FILE, "scaling: {min: 2}", "scaling: {min: 2, max: 2}")
    shop.promote("web")
    return shop


def test_a_difference_stands_on_the_line_that_says_otherwise(promoted: Shop) -> None:
    found = look(promoted, {("Deployment", "web"): (REPLICAS, 5)}, "web")
    assert [(item.file.split("/")[1], item.place) for item in found.found] == [
        ("dev", Place(WEB_FILE, 1, 1)),
        ("staging", Place(WEB_FILE, 13, 20)),
    ]
    assert list(found.by_place) == [Place(WEB_FILE, 1, 1), Place(WEB_FILE, 13, 20)]
    assert look(promoted, {}).found == ()
    assert look(promoted, {("Deployment", "web"): (REPLICAS, 5)}, "api").found == ()


def adopt(shop: Shop, item: Located) -> Adopted | str:
    session, _ = open_rendered(str(shop.root))
    return adopted(str(shop.root), session, item, {})


def test_a_value_that_a_line_says_is_taken_into_the_overlay(promoted: Shop) -> None:
    (item,) = [one for one in look(promoted, {("Deployment", "web"): (REPLICAS, 5)}).found if "staging" in one.file]
    made = adopt(promoted, item)
    assert isinstance(made, str) and made == "the spec with it would not render what is live"
    promoted.edit(
        WEB_FILE, "scaling: {min: 2, max: 2}", "scaling: {min: 2, max: 9}\n    without: {autoscaler: {reason: test}}"
    )
    (item,) = [one for one in look(promoted, {("Deployment", "web"): (REPLICAS, 5)}).found if "staging" in one.file]
    made = adopt(promoted, item)
    assert isinstance(made, Adopted)
    assert (made.file, made.path) == (WEB_FILE, ("environments", "staging", "scaling", "min"))
    assert b"scaling: {min: 5, max: 9}" in made.data


def test_a_value_that_follows_from_others_is_not_taken(promoted: Shop) -> None:
    found = look(promoted, {("Deployment", "web"): (IMAGE, "example.com/other:1")}).found
    assert [adopt(promoted, item) for item in found] == ["no line of the spec says this value as it is"] * 2
