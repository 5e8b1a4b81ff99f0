"""What is missing or wrong around a platform: each rule with a folder that breaks it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from journey import doctor
from journey.checks.outside import CHECKERS
from journey.doctor import installation, makefile, repository, speclines
from journey.doctor.repository import Here
from journey.problem import Level, Place, Problem
from journey.tree import Owned
from tests import specs

OWNED = Owned(("environments", ".github/workflows"), ("schemas/*.schema.json", ".gitattributes"))
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull}


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def git(root: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def test_an_old_python_is_refused() -> None:
    (found,) = installation.python((3, 10))
    assert found.message == "Python 3.10 runs this; 3.11 is the oldest that is supported"
    assert list(installation.python((3, 11))) == []


def test_programs_that_are_missing_are_named() -> None:
    found = list(installation.programs(lambda name: None if name == "make" else f"/bin/{name}"))
    message = "there is no `make` on PATH: every step of the workflows is a make target"
    assert found == [Problem(Place(""), "doctor/program", message, "install make")]


def test_outside_checkers_that_are_missing_are_warnings(tmp_path: Path) -> None:
    found = list(installation.checkers(tmp_path, lambda name, root: None))
    assert [problem.level for problem in found] == [Level.WARNING] * len(CHECKERS)
    first = f"there is no `{CHECKERS[0].name}` here, which `journey check --all` asks"
    assert (found[0].message, found[0].hint) == (first, "put it into .journey/tools/ or on PATH")
    assert list(installation.checkers(tmp_path, lambda name, root: name)) == []


def test_packages_are_held_against_what_is_pinned(tmp_path: Path) -> None:
    lines = ("a==1.0 \\", "    --hash=sha256:x", 'b_b==2.0 ; python_version < "3.12"', "b-b==3.0", "C.c==4.0")
    write(tmp_path, {"requirements.lock": "\n".join((*lines, "not-here==5.0", "# d==1"))})
    here = {"a": "1.0", "b-b": "3.0", "c-c": "4.1", "d": "2"}
    assert list(installation.versions(tmp_path, here.get)) == [
        Problem(
            Place("requirements.lock"),
            "doctor/version",
            "c-c 4.1 is installed, 4.0 is pinned",
            "make setup, or use the journey in .venv/bin",
        )
    ]
    (found,) = installation.versions(tmp_path, {"b-b": "1"}.get)
    assert found.message == "b-b 1 is installed, 2.0 or 3.0 is pinned"


def test_this_interpreter_is_asked_for_versions(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "click==0.0.1\nthere-is-no-such-package==1\n"})
    (found,) = installation.versions(tmp_path)
    assert found.message.startswith("click ") and found.message.endswith(" is installed, 0.0.1 is pinned")


def test_a_cache_that_cannot_be_kept_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(installation.cache(tmp_path)) == []
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != ".journey")
    assert list(installation.cache(tmp_path)) == []
    (tmp_path / ".journey").mkdir()
    (found,) = installation.cache(tmp_path)
    assert (found.rule, found.message) == ("doctor/cache", ".journey cannot be written")


def test_a_folder_outside_of_git_is_found(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    here = repository.look(tmp_path, environment)
    assert here == Here(False, "")
    (found,) = repository.judge(here, tmp_path, OWNED, environment)
    assert (found.rule, found.message) == ("doctor/git", "there is no git repository here")


def test_workflows_below_the_top_never_run(tmp_path: Path) -> None:
    root = git(tmp_path) / "examples/shop"
    write(root, {".github/workflows/ci.yaml": ""})
    here = repository.look(root, ENVIRONMENT)
    assert here == Here(True, "examples/shop")
    (found,) = repository.judge(here, root, OWNED, ENVIRONMENT)
    message = "the workflows in examples/shop/.github/workflows never run: GitHub looks at the top alone"
    assert (found.rule, found.message, found.level) == ("doctor/git-folder", message, Level.WARNING)


@pytest.mark.parametrize(
    ("ignored", "line", "pattern", "such"),
    [
        ("/build/\nenvironments/\n", 2, "environments/", "environments/rendered.yaml"),
        ("*.json\n", 1, "*.json", "schemas/rendered.schema.json"),
        ("# x\n.git*\n", 2, ".git*", ".gitattributes"),
        ("service.yaml\n", 1, "service.yaml", "apps/service/service.yaml"),
        ("promoted\n", 1, "promoted", "apps/service/promoted/environment.yaml"),
    ],
)
def test_a_pattern_that_hides_what_belongs_into_git_is_found(
    tmp_path: Path, ignored: str, line: int, pattern: str, such: str
) -> None:
    root = git(tmp_path)
    write(root, {".gitignore": ignored})
    (found,) = repository.judge(Here(True, ""), root, OWNED, ENVIRONMENT)
    message = f"`{pattern}` keeps files such as {such} out of git"
    assert found == Problem(Place(".gitignore", line, 1), "doctor/ignored", message, "remove the line, or narrow it")


def test_a_pattern_that_hits_some_rendered_file_is_found(tmp_path: Path) -> None:
    root = git(tmp_path)
    write(root, {".gitignore": "secret*\n", "environments/dev/secretstore-x.yaml": "", "secret.txt": ""})
    (found,) = repository.judge(Here(True, ""), root, OWNED, ENVIRONMENT)
    assert found.message == "`secret*` keeps files such as environments/dev/secretstore-x.yaml out of git"


def test_what_is_taken_back_is_not_hidden(tmp_path: Path) -> None:
    root = git(tmp_path)
    write(root, {".gitignore": "*.json\n!schemas/*.json\n/build/\n"})
    assert list(repository.judge(Here(True, ""), root, OWNED, ENVIRONMENT)) == []


STEPS = "jobs:\n  a:\n    steps:\n    - run: make check\n    - name: x\n      run: make ci-tag\n"
WORKFLOWS = {".github/workflows/ci.yaml": STEPS}


def test_targets_that_workflows_run_must_be_there(tmp_path: Path) -> None:
    assert list(makefile.judge(tmp_path)) == []
    write(tmp_path, WORKFLOWS)
    (found,) = makefile.judge(tmp_path)
    assert found.message == "there is no Makefile; workflows run `check`, `ci-tag`"
    write(tmp_path, {"Makefile": "check:\n\ttrue\n"})
    (found,) = makefile.judge(tmp_path)
    assert (found.where, found.message) == (Place("Makefile"), "it lacks `ci-tag`, which workflows run")
    write(tmp_path, {"GNUmakefile": "check ci-tag:\n\ttrue\n"})
    assert list(makefile.judge(tmp_path)) == []


LINE = "# yaml-language-server: $schema=../../schemas/service.schema.json\n"
ROOT_LINE = "# yaml-language-server: $schema=schemas/platform.schema.json\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{LINE}{specs.SERVICE}", None),
        (f"#yaml-language-server:  $schema=https://example.com/x.json\n{specs.SERVICE}", None),
        (specs.SERVICE, "editors do not know what may stand in it"),
        (f"\n{LINE}{specs.SERVICE}", "editors do not know what may stand in it"),
        (LINE.replace("../..", "..") + specs.SERVICE, "`../schemas/service.schema.json` is not there"),
    ],
)
def test_spec_files_begin_with_the_line_of_their_schema(tmp_path: Path, text: str, message: str | None) -> None:
    write(tmp_path, {f"schemas/{name}.schema.json": "{}" for name in ("platform", "service")})
    files = {"platform.yaml": ROOT_LINE + specs.PLATFORM, "apps/web/service.yaml": text}
    found = list(speclines.judge(specs.load(files, tmp_path)))
    assert [(problem.where, problem.message) for problem in found] == (
        [(Place("apps/web/service.yaml", 1, 1), message)] if message else []
    )
    assert [problem.hint for problem in found] == [f"its first line should be: {LINE.strip()}"] * len(found)


def test_the_nearest_schemas_above_are_taken(tmp_path: Path) -> None:
    write(tmp_path, {"schemas/service.schema.json": "{}"})
    line = speclines.wanted_line(tmp_path / "examples/shop", "apps/web/service.yaml")
    assert line == "# yaml-language-server: $schema=../../../../schemas/service.schema.json"


def test_what_promote_writes_needs_no_line(tmp_path: Path) -> None:
    found = specs.load({"apps/web/service.yaml": LINE, "apps/web/promoted/dev.yaml": "base: {}\n"}, tmp_path)
    write(tmp_path, {"schemas/service.schema.json": "{}", "schemas/platform.schema.json": "{}"})
    assert [problem.where.file for problem in speclines.judge(found)] == ["platform.yaml"]


def test_every_rule_is_told_of() -> None:
    assert set(doctor.RULES) == {
        "doctor/cache",
        "doctor/checker",
        "doctor/git",
        "doctor/git-folder",
        "doctor/ignored",
        "doctor/make",
        "doctor/program",
        "doctor/python",
        "doctor/schema-line",
        "doctor/version",
    }


def test_without_git_the_rest_is_judged(tmp_path: Path) -> None:
    write(tmp_path, WORKFLOWS)
    found = doctor.examine(specs.load({}, tmp_path), OWNED, ENVIRONMENT, lambda name: None)
    assert [problem.rule for problem in found if problem.rule != "doctor/checker"] == [
        "doctor/program",
        "doctor/program",
        "doctor/make",
        "doctor/schema-line",
    ]


def test_below_the_top_no_makefile_is_asked_for(tmp_path: Path) -> None:
    root = git(tmp_path) / "shop"
    write(root, WORKFLOWS)
    found = doctor.examine(specs.load({}, root), OWNED, ENVIRONMENT, lambda name: name)
    assert [problem.rule for problem in found if problem.rule != "doctor/checker"] == [
        "doctor/git-folder",
        "doctor/schema-line",
    ]
