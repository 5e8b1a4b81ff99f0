"""Doing only what changed gives what doing everything gives: the same bytes, the same problems."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journey import pipeline
from journey.pipeline import Options, Report, quick
from journey.pipeline.narrow import Scope
from journey.problem import Problem

PLATFORM: dict[str, object] = {
    "name": "shop",
    "domain": "example.com",
    "repository": {"url": "https://github.com/example/shop.git"},
    "registry": "ghcr.io/example",
    "teams": {"web": {"owners": ["@example/web"], "contact": "web@example.com"}},
    "clusters": {
        "one": {"provider": "local", "kubernetes": "1.34", "gateway": "ingress"},
        "two": {"provider": "local", "kubernetes": "1.33", "gateway": "ingress"},
    },
    "environments": {
        "dev": {"clusters": ["one"]},
        "prod": {"clusters": ["two"], "promotesFrom": "dev", "base": "head", "size": "medium"},
    },
    "targets": ["kubernetes", "argocd"],
}
NAMES = ("api", "cart", "mail", "shop")
WHOLE = Scope()


def service(needs: tuple[str, ...] = (), **more: object) -> dict[str, object]:
    """A service that renders and passes every check."""
    probe = {"path": "/ready"}
    return {
        "team": "web",
        "ports": {"http": {"port": 8080}},
        "health": {"liveness": probe, "readiness": probe},
        "needs": [{"service": name} for name in needs],
        "release": {"version": "1.0.0"},
        **more,
    }


def write(root: Path, file: str, content: object) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def make(root: Path) -> None:
    write(root, "platform.yaml", PLATFORM)
    write(root, "apps/api/service.yaml", service())
    write(root, "apps/shop/service.yaml", service(("api",)))


def run(root: Path, *, write: bool = True, jobs: int = 1, scope: Scope = WHOLE) -> Report:
    return pipeline.run(Options(str(root), scope, jobs), write=write)


def rendered(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for top in ("environments", "clusters")
        for path in sorted((root / top).rglob("*"))
        if path.is_file()
    }


def told(report: Report) -> list[tuple[str, str, str]]:
    def line(problem: Problem) -> tuple[str, str, str]:
        return str(report.sources.place(problem.where)), problem.rule, problem.message

    return sorted(set(map(line, report.problems)))


def from_nothing(root: Path) -> tuple[dict[str, bytes], list[tuple[str, str, str]]]:
    """What a run in a folder with the spec alone renders and tells."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copy(root / "platform.yaml", copy)
        shutil.copytree(root / "apps", copy / "apps")
        report = run(copy)
        return rendered(copy), told(report)


Edit = tuple[str, str, object]
Content = dict[str, Any]


def _needs(content: Content, name: str, value: object) -> None:
    content["needs"] = [{"service": value}] if isinstance(value, str) and value != name else []


def _overlay(content: Content, _: str, value: object) -> None:
    content["environments"] = {"prod": {"scaling": {"min": 2 if isinstance(value, str) else value}}}


OF_A_SERVICE: dict[str, Callable[[Content, str, object], None]] = {
    "version": lambda content, _, value: content.update(release={"version": f"1.0.{value}"}),
    "needs": _needs,
    "add": lambda content, name, value: None,
    "overlay": _overlay,
    "bad": lambda content, _, value: content.update(ports={"http": {"port": 0}}),
}
"""Edits of a service's content, which is a new service's where there is none."""


def _size(platform: Content, value: object) -> None:
    platform["environments"]["dev"]["size"] = "large" if isinstance(value, str) else "small"


def _team(platform: Content, value: object) -> None:
    platform["teams"][f"team-{value}"] = platform["teams"]["web"]


OF_THE_PLATFORM: dict[str, Callable[[Content, object], None]] = {
    "default": lambda platform, value: platform.update(defaults={"config": {"values": {"LEVEL": str(value)}}}),
    "size": _size,
    "team": _team,
}


def _delete(root: Path, name: str, _: object) -> None:
    shutil.rmtree(root / f"apps/{name}", ignore_errors=True)


def _rename(root: Path, name: str, value: object) -> None:
    if (root / f"apps/{name}/service.yaml").exists() and not (root / f"apps/{value}").exists():
        (root / f"apps/{name}").rename(root / f"apps/{value}")
    else:
        _edit_content(root, "add", name, value)


OF_A_FOLDER: dict[str, Callable[[Path, str, object], None]] = {"delete": _delete, "rename": _rename}
KINDS = (*OF_A_SERVICE, *OF_THE_PLATFORM, *OF_A_FOLDER)


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    """Edits as (what, of which, to what)."""
    name = st.sampled_from(NAMES)
    one = st.tuples(st.sampled_from(KINDS), name, st.one_of(name, st.integers(1, 4)))
    return draw(st.lists(one, min_size=1, max_size=5))


def _edit_content(root: Path, what: str, name: str, value: object) -> None:
    """The platform's file is written in any case: most often anew with the same bytes."""
    platform = yaml.safe_load((root / "platform.yaml").read_text())
    if what in OF_THE_PLATFORM:
        OF_THE_PLATFORM[what](platform, value)
    write(root, "platform.yaml", platform)
    if what in OF_A_SERVICE:
        path = root / f"apps/{name}/service.yaml"
        content = yaml.safe_load(path.read_text()) if path.exists() else service()
        OF_A_SERVICE[what](content, name, value)
        write(root, f"apps/{name}/service.yaml", content)


def edit(root: Path, what: str, name: str, value: object) -> None:
    if what in OF_A_FOLDER:
        OF_A_FOLDER[what](root, name, value)
    else:
        _edit_content(root, what, name, value)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(edits())
def test_edits_one_after_another_render_what_the_last_spec_renders_from_nothing(changes: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root)
        run(root)
        for change in changes:
            before = rendered(root)
            edit(root, *change)
            report = run(root)
            files, problems = from_nothing(root)
            assert told(report) == problems
            assert rendered(root) == (before if report.failed else files)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    make(tmp_path)
    assert told(run(tmp_path)) == []
    yield tmp_path


def stats(root: Path) -> dict[str, int]:
    return {path: (root / path).stat().st_mtime_ns for path in rendered(root)}


def test_a_second_run_renders_and_writes_nothing(root: Path) -> None:
    before = stats(root)
    report = run(root)
    assert (report.rendered, report.failed) == (0, False)
    assert report.plan is not None
    assert report.plan.clean
    assert set(report.plan.unchanged) == set(before)
    assert stats(root) == before


def test_an_edit_of_one_service_renders_its_units_alone(root: Path) -> None:
    write(root, "apps/shop/service.yaml", service(("api",), release={"version": "1.0.1"}))
    report = run(root)
    # its own objects and its Application, in each of the two places, and the rules about it
    assert report.rendered == 4
    assert report.plan is not None
    assert {Path(path).parts[4] for path in report.plan.update if "/kubernetes/" in path} == {"shop"}


def test_a_comment_in_the_spec_renders_nothing(root: Path) -> None:
    path = root / "apps/shop/service.yaml"
    path.write_text("# who answers: the web team\n" + path.read_text())
    report = run(root)
    assert report.rendered == 0
    assert report.plan is not None
    assert report.plan.clean


def test_the_number_of_processes_changes_no_byte(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(root / "apps", other / "apps")
    shutil.copy(root / "platform.yaml", other)
    report = run(other, jobs=3)
    assert report.written
    assert rendered(other) == rendered(root)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_problem_is_told_again_while_it_stands_and_the_tree_stays(root: Path, jobs: int) -> None:
    before = rendered(root)
    write(root, "apps/shop/service.yaml", service(("nobody",)))
    first, second = run(root, jobs=jobs), run(root, jobs=jobs)
    assert told(first) == told(second)
    assert [rule for _, rule, _ in told(first)] == ["spec/unknown-service"]
    assert rendered(root) == before


def test_a_damaged_cache_is_no_problem(root: Path) -> None:
    before = rendered(root)
    for content in (b"", b"\xc1", (root / ".journey/cache.msgpack").read_bytes()[:-7]):
        (root / ".journey/cache.msgpack").write_bytes(content)
        assert not run(root).failed
        assert rendered(root) == before


def test_what_was_touched_by_hand_is_put_right(root: Path) -> None:
    before = rendered(root)
    edited, deleted = sorted(before)[0], sorted(before)[1]
    (root / edited).write_text("edited\n")
    (root / deleted).unlink()
    (root / "environments/stray.yaml").write_text("stray\n")
    found = run(root, write=False)
    assert found.plan is not None
    assert found.plan.update == (edited,)
    assert found.plan.create == (deleted,)
    assert found.plan.delete == ("environments/stray.yaml",)
    assert run(root).written
    assert rendered(root) == before


def test_an_edit_of_the_spec_and_of_a_file_are_both_seen(root: Path) -> None:
    files = sorted(rendered(root))
    (root / files[0]).write_text("edited\n")
    write(root, "apps/shop/service.yaml", service(("api",), release={"version": "1.0.2"}))
    assert run(root).written
    assert rendered(root) == from_nothing(root)[0]


def test_a_narrow_run_writes_its_part_and_deletes_what_left_it(root: Path) -> None:
    write(root, "apps/api/service.yaml", service(release={"version": "1.1.0"}))
    shutil.rmtree(root / "apps/shop")
    run(root, scope=Scope(services=("shop",)))
    after = rendered(root)
    assert not any("/shop/" in path or "/shop-" in path for path in after)
    assert not any(b"1.1.0" in content for content in after.values())
    run(root, scope=Scope(environments=("dev",)))
    changed = {path for path, content in rendered(root).items() if content != after.get(path)}
    assert changed
    assert all("prod" not in path for path in changed)
    run(root)
    assert rendered(root) == from_nothing(root)[0]


def test_a_service_that_is_gone_leaves_no_file(root: Path) -> None:
    shutil.rmtree(root / "apps/shop")
    assert run(root).written
    assert not any("/shop" in path for path in rendered(root))


def test_without_checks_nothing_is_judged_and_the_bytes_are_the_same(root: Path) -> None:
    before = rendered(root)
    shutil.rmtree(root / "environments")
    report = pipeline.run(Options(str(root), checks=False), write=True)
    assert report.written
    assert rendered(root) == before


def test_two_runs_at_once_do_not_write_together(root: Path) -> None:
    from journey.pipeline.writing import only_run

    write(root, "apps/shop/service.yaml", service(release={"version": "2.0.0"}))
    before = rendered(root)
    with only_run(str(root)):
        report = run(root)
    assert told(report) == [(".journey/lock", "tree/locked", "another run is writing here")]
    assert rendered(root) == before
    assert run(root).written


@pytest.mark.parametrize("forked", [False, True])
def test_a_file_anywhere_that_is_not_as_it_was_is_seen(
    root: Path, forked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "WORTH_FORKING", 1 if forked else 10**9)
    assert run(root, write=False).rendered == 0
    for path in sorted(rendered(root))[::7]:
        content = (root / path).read_bytes()
        (root / path).write_bytes(content + b"# more\n")
        found = run(root, write=False).plan
        assert found is not None
        assert found.update == (path,)
        assert run(root).written
        assert (root / path).read_bytes() == content
    for stray in ("environments/x.yaml", "environments/dev/x.yaml", "clusters/new/x.yaml"):
        write(root, stray, "stray")
        found = run(root, write=False).plan
        assert found is not None
        assert found.delete == (stray,)
        assert run(root).written
        assert not (root / stray).exists()


def test_a_target_that_is_given_up_leaves_nothing_and_owns_nothing(root: Path) -> None:
    write(root, "platform.yaml", PLATFORM | {"targets": ["kubernetes", "reference", "github-actions"]})
    assert run(root).written
    assert (root / ".github/workflows/ci.yaml").exists()
    assert (root / "docs/reference/service.md").exists()
    own = root / ".github/workflows/mine.yaml"
    own.write_text("name: mine\n")
    write(root, "platform.yaml", PLATFORM | {"targets": ["kubernetes"]})
    assert run(root).written
    assert list((root / ".github/workflows").iterdir()) == [own]
    assert not (root / "docs/reference").exists()
    write(root, "docs/reference/mine.yaml", "nobody renders into this folder now")
    write(root, "apps/shop/service.yaml", service(release={"version": "3.0.0"}))
    assert run(root).written
    assert (root / "docs/reference/mine.yaml").exists()


def test_a_spec_file_that_is_touched_is_read_and_nothing_else_is_done(root: Path) -> None:
    for path in (root / "platform.yaml", root / "apps/shop/service.yaml"):
        path.write_bytes(path.read_bytes())
    report = run(root)
    assert (report.rendered, report.written, report.failed) == (0, False, False)


def test_an_edit_that_keeps_size_and_times_is_seen(root: Path) -> None:
    path = root / "apps/shop/service.yaml"
    before = path.stat()
    path.write_text(path.read_text().replace("1.0.0", "1.0.7"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    report = run(root)
    assert report.rendered == 4
    assert any(b"1.0.7" in content for content in rendered(root).values())


def test_a_mode_that_was_changed_is_seen_and_put_back(root: Path) -> None:
    assert run(root, write=False).rendered == 0
    path = sorted(rendered(root))[0]
    (root / path).chmod(0o755)
    found = run(root, write=False).plan
    assert found is not None
    assert found.chmod == (path,)
    assert run(root).written
    assert not (root / path).stat().st_mode & 0o111
