"""Spec files joined by what they say."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.changes.diff.compare import MISSING
from journey.changes.merging import Conflict, files, joined, merged
from journey.ci.refused import Refused
from journey.spec.edit import EditError
from tests.changes.shop import PLATFORM, Shop
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]

BASE = b"""\
# what it is
team: web
scaling: {min: 1, max: 4}
config:
  values: {A: 1, B: 2}
needs:
- service: api
- host: example.com
  port: 443
args: [--fast, --quiet]
"""


def test_changes_of_neighbours_on_one_line_are_joined() -> None:
    ours = BASE.replace(b"min: 1", b"min: 2").replace(b"A: 1", b"A: 5")
    theirs = BASE.replace(b"max: 4", b"max: 8").replace(b"B: 2", b"B: 2, C: 3")
    data, conflicts = files(BASE, ours, theirs, "service.yaml")
    assert conflicts == ()
    assert data == BASE.replace(b"{min: 1, max: 4}", b"{min: 2, max: 8}").replace(b"A: 1, B: 2", b"A: 5, B: 2, C: 3")


def test_elements_are_told_apart_by_their_keys() -> None:
    ours = BASE.replace(b"- service: api\n", b"- service: api\n  start: before\n")
    theirs = BASE.replace(b"- service: api\n", b"- service: api\n- datastore: main\n").replace(b"443", b"8443")
    data, conflicts = files(BASE, ours, theirs, "service.yaml")
    assert conflicts == ()
    assert b"start: before" in data and b"- datastore: main" in data and b"port: 8443" in data


def test_lists_of_words_take_what_either_side_added_and_lose_what_either_took() -> None:
    assert merged(["a", "b"], ["a", "b", "c"], ["b", "d"]).value == ["b", "c", "d"]


def test_comments_of_both_sides_stay_where_lines_join() -> None:
    ours = BASE.replace(b"team: web", b"team: web  # ours")
    theirs = BASE.replace(b"args:", b"# theirs\nargs:")
    assert files(BASE, ours, theirs, "service.yaml")[0] == ours.replace(b"args:", b"# theirs\nargs:")


def test_a_field_that_both_changed_is_a_conflict_with_all_three_values() -> None:
    ours, theirs = BASE.replace(b"min: 1", b"min: 2"), BASE.replace(b"min: 1", b"min: 3")
    data, conflicts = files(BASE, ours, theirs, "service.yaml")
    assert (data, conflicts) == (ours, (Conflict(("scaling", "min"), 1, 2, 3),))
    assert str(conflicts[0]) == "scaling.min: was 1, is 2 on this side and 3 on the other"
    gone = files(BASE, BASE.replace(b"min: 1, ", b""), theirs, "service.yaml")[1]
    assert gone == (Conflict(("scaling", "min"), 1, MISSING, 3),)


def test_what_one_side_took_away_is_gone_unless_the_other_changed_it() -> None:
    assert merged({"a": 1, "b": 2}, {"b": 2}, {"a": 1, "b": 3}).value == {"b": 3}
    assert merged({"a": 1}, {}, {"a": 2}).conflicts == (Conflict(("a",), 1, MISSING, 2),)


def test_a_type_that_changed_is_a_change() -> None:
    assert merged({"a": 1}, {"a": 1}, {"a": True}).value == {"a": True}
    assert merged({"a": 1}, {"a": "1"}, {"a": True}).conflicts


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(TREES, TREES)
def test_one_sides_changes_are_taken_whole(base: object, other: object) -> None:
    assert merged(base, base, other).value == other
    assert merged(base, other, base).value == other
    assert merged(base, other, other).value == other


@given(TREES, TREES, TREES)
def test_sides_may_change_places_where_nothing_conflicts(base: object, ours: object, theirs: object) -> None:
    one, other = merged(base, ours, theirs), merged(base, theirs, ours)
    assert bool(one.conflicts) == bool(other.conflicts)


@pytest.mark.parametrize("broken", [b"a: [", b"a: *b\n"])
def test_what_cannot_be_read_is_refused(broken: bytes) -> None:
    with pytest.raises((EditError, Refused)):
        files(BASE, broken, BASE.replace(b"web", b"x"), "service.yaml")
    with pytest.raises(Refused, match="one side changed this file and the other took it away"):
        joined(BASE, BASE, None, "service.yaml")


def merge_all(shop: Shop, branches: list[str]) -> tuple[str, str]:
    """Merge branches in order; gives the platform's text and the ids of all promoted files."""
    shop.git("checkout", "-q", "-B", "joined", "main")
    for branch in branches:
        shop.git("merge", "-q", "--no-edit", branch)
    return shop.read("platform.yaml"), shop.git("ls-tree", "-r", "HEAD", "apps")


def test_branches_that_touch_one_file_merge_in_any_order_to_the_same_bytes(
    tmp_path: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"s{number}" for number in range(10)]
    defaults = "defaults: {labels: {" + ", ".join(f"example.com/{name}: a" for name in names) + "}}\n"
    services = {f"apps/{name}/service.yaml": "team: web\nports: {http: {port: 8080}}\n" for name in names}
    shop = Shop(tmp_path / "shop", {"platform.yaml": PLATFORM + defaults, **services})
    (shop.root / ".gitattributes").write_text("/environments/** merge=journey-rendered\n**/*.yaml merge=journey-spec\n")
    shop.commit()
    monkeypatch.chdir(shop.root)
    assert journey("merge-driver", "install").code == 0
    program = Path(__file__).resolve().parents[2] / ".venv/bin/journey"
    for name in ("spec", "rendered"):
        shop.git("config", f"merge.journey-{name}.driver", f"{program} merge-driver {name} %O %A %B %P")
    branches = []
    for name in names:
        for kind in ("promote", "default"):
            branches.append(f"{kind}-{name}")
            shop.git("checkout", "-q", "-b", branches[-1], "main")
            if kind == "promote":
                shop.promote(name)
            else:
                path = shop.root / "platform.yaml"
                path.write_text(path.read_text().replace(f"example.com/{name}: a", f"example.com/{name}: b"))
                shop.git("commit", "-qam", "edit")
    first = merge_all(shop, branches)
    random.Random(1).shuffle(branches)
    assert merge_all(shop, branches) == first
    assert first[0].count(": b") == len(names) and first[1].count("promoted/staging.yaml") == len(names)


def test_a_conflict_is_told_field_by_field_and_left_with_gits_marks(
    tmp_path: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in (
        ("base", BASE),
        ("ours", BASE.replace(b"min: 1", b"min: 2")),
        ("theirs", BASE.replace(b"min: 1", b"min: 3")),
    ):
        Path(name).write_bytes(data)
    ran = journey("merge-driver", "spec", "base", "ours", "theirs", "apps/web/service.yaml")
    assert ran.code == 1
    assert "apps/web/service.yaml: both sides changed the same fields: scaling.min: was 1, is 2" in ran.err
    assert b"<<<<<<<" in Path("ours").read_bytes()
    assert journey("merge-driver", "rendered", "base", "ours", "theirs", "x").code == 0


def test_the_drivers_are_installed_once_and_only_in_a_repository(
    shop: Shop, journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert journey("merge-driver", "install").code == 0
    said = shop.git("config", "--get-regexp", "merge.journey-")
    assert "merge-driver spec %O %A %B %P" in said and "merge-driver rendered %O %A %B %P" in said
    before = (shop.root / ".git/config").stat().st_mtime_ns
    assert journey("merge-driver", "install").code == 0
    assert (shop.root / ".git/config").stat().st_mtime_ns == before
    (tmp_path / "none").mkdir()
    monkeypatch.chdir(tmp_path / "none")
    assert journey("--root", ".", "merge-driver", "install").code == 0
    assert subprocess.run(["git", "rev-parse"], cwd=".", capture_output=True).returncode != 0


def test_without_git_no_driver_is_installed(shop: Shop, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = journey("merge-driver", "install")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
