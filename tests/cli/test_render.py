"""`journey render` and `journey check`: what they write, say and find."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FILES, SERVICE, Journey

ACCEPT = "    Run `journey render` to write what the spec says."
WEB = "environments/dev/local/kubernetes/web/service-web.yaml"


def snapshot(root: Path) -> dict[str, bytes]:
    """Every rendered file."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("clusters", "environments", "schemas")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }


def folders(paths: dict[str, bytes]) -> set[str]:
    """Environment, cluster and service of rendered files."""
    parts = [path.split("/") for path in paths if path.startswith("environments/")]
    return {f"{part[1]} {part[2]} {part[4]}" for part in parts if part[4] != "_shared"}


def test_render_writes_and_says_what(shop: Path, journey: Journey) -> None:
    code, out, err = journey("render")
    lines = out.splitlines()
    assert (code, err, lines[0].split()) == (0, "", ["created", "updated", "deleted", "modes"])
    assert [line.split()[0] for line in lines[1:-1]] == [
        "clusters/east",
        "clusters/local",
        "clusters/west",
        "environments/dev/local",
        "environments/prod/east",
        "environments/prod/west",
        "schemas",
    ]
    assert sum(int(line.split()[1]) for line in lines[1:-1]) == len(snapshot(shop))
    assert lines[-1] == "0 files unchanged"


def test_the_second_render_has_nothing_to_do(rendered: Path, journey: Journey) -> None:
    before = snapshot(rendered)
    assert journey("render") == (0, f"{len(before)} files up to date\n", "")
    assert snapshot(rendered) == before


def test_check_of_a_rendered_tree_is_clean(rendered: Path, journey: Journey) -> None:
    code, out, err = journey("check")
    assert (code, err) == (0, "") and out.startswith(f"{len(snapshot(rendered))} files of ")
    assert out.endswith(" units in order\n")


def test_check_writes_nothing(shop: Path, journey: Journey) -> None:
    code, out, _ = journey("check")
    assert code == 1 and f"{WEB}: tree/missing: is rendered from the spec but is not there\n{ACCEPT}\n" in out
    assert snapshot(shop) == {}


STALE: list[tuple[Callable[[Path], object], str]] = [
    (
        lambda root: (root / WEB).write_text("edited\n"),
        f"{WEB}: tree/edited: differs from what the spec renders",
    ),
    (
        lambda root: (root / WEB).unlink(),
        f"{WEB}: tree/missing: is rendered from the spec but is not there",
    ),
    (
        lambda root: (root / "environments/dev/stray.yaml").write_text("x: 1\n"),
        "environments/dev/stray.yaml: tree/stray: is not rendered from the spec",
    ),
    (
        lambda root: (root / WEB).chmod(0o755),
        f"{WEB}: tree/mode-changed: has another executable bit than the rendered file",
    ),
]


@pytest.mark.parametrize(("change", "line"), STALE, ids=["edited", "deleted", "stray", "mode-changed"])
def test_a_stale_file_is_found_with_the_command_that_accepts(
    rendered: Path, journey: Journey, change: Callable[[Path], object], line: str
) -> None:
    before = snapshot(rendered)
    change(rendered)
    assert journey("check") == (1, f"{line}\n{ACCEPT}\n1 error\n", "")
    assert journey("render").code == 0
    assert snapshot(rendered) == before
    assert journey("check").code == 0


def test_problems_of_the_spec_change_nothing(rendered: Path, journey: Journey) -> None:
    before = snapshot(rendered)
    (rendered / "apps/web/service.yaml").write_text("team: webb\nport: 1\n")
    code, out, _ = journey("render")
    assert code == 1
    assert out.splitlines() == [
        "apps/web/service.yaml:1:7: spec/unknown-team: there is no team `webb`",
        "    did you mean `web`?",
        "apps/web/service.yaml:2:1: spec/unknown-field: `port` is not a field of a service",
        "    did you mean `ports`?",
    ]
    assert snapshot(rendered) == before
    assert journey("check").out.splitlines()[-1] == "2 errors"


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """What was created, edited or deleted, by environment, cluster and service."""
    return folders({path: b"" for path in before.keys() | after.keys() if before.get(path) != after.get(path)})


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        (["--env", "dev"], {"dev local web", "dev local api"}),
        (["--env", "dev", "--service", "web"], {"dev local web"}),
        (["--cluster", "west"], {"prod west web", "prod west api"}),
        (["--cluster", "west", "--cluster", "local", "--service", "api"], {"prod west api", "dev local api"}),
    ],
)
def test_a_part_is_written_alone(rendered: Path, journey: Journey, arguments: list[str], places: set[str]) -> None:
    before = snapshot(rendered)
    for name in ("web", "api"):
        path = rendered / f"apps/{name}/service.yaml"
        path.write_text(path.read_text().replace("8080", "9090"))
    assert journey("render", *arguments).code == 0
    assert changed(before, snapshot(rendered)) == places
    assert journey("check", *arguments).code == 0
    assert journey("check").code == 1


def test_of_a_part_what_must_go_goes(rendered: Path, journey: Journey) -> None:
    before = snapshot(rendered)
    (rendered / "apps/web/service.yaml").unlink()
    (rendered / WEB).with_name("stray.yaml").write_text("x: 1\n")
    assert journey("render", "--env", "dev", "--service", "web").code == 0
    after = snapshot(rendered)
    assert folders(before) - folders(after) == {"dev local web"}
    assert journey("render", "--cluster", "east").code == 0
    assert folders(before) - folders(snapshot(rendered)) == {"dev local web", "prod east web"}


@pytest.mark.parametrize("command", ["check", "render"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--env", "prdo"], ["there is no environment `prdo`; did you mean `prod`?"]),
        (["--cluster", "dev"], ["there is no cluster `dev`; known: east, local, west"]),
        (["--service", "a/b"], ["there is no service `a/b`; known: api, web"]),
        (["--env", ""], ["there is no environment ``; known: dev, prod"]),
        (
            ["--env", "dev", "--env", "deev", "--service", "wbe"],
            ["there is no environment `deev`; did you mean `dev`?", "there is no service `wbe`; did you mean `web`?"],
        ),
    ],
)
def test_a_part_that_nothing_goes_by_is_usage(
    shop: Path, journey: Journey, command: str, arguments: list[str], said: list[str]
) -> None:
    for _ in ("never rendered", "settled"):
        before = snapshot(shop)
        code, out, err = journey(command, *arguments)
        assert (code, out) == (2, "") and err.partition("Error: ")[2].splitlines() == said
        assert snapshot(shop) == before
        assert journey("render").code == 0


def test_a_service_that_is_gone_may_be_named_until_its_files_are(rendered: Path, journey: Journey) -> None:
    (rendered / "apps/web/service.yaml").unlink()
    assert journey("check", "--service", "web").code == 1
    shutil.rmtree(rendered / ".journey")  # then its files are known by their paths alone
    assert journey("render", "--service", "web").code == 0
    assert {place.split()[-1] for place in folders(snapshot(rendered))} == {"api"}
    assert journey("render").code == 0
    assert journey("check", "--service", "web").code == 2


def test_json_has_every_part_of_a_finding(rendered: Path, journey: Journey) -> None:
    (rendered / WEB).write_text("edited\n")
    code, out, _ = journey("check", "--format", "json")
    assert (code, json.loads(out)) == (
        1,
        [
            {
                "file": WEB,
                "line": 0,
                "column": 0,
                "level": "error",
                "rule": "tree/edited",
                "message": "differs from what the spec renders",
                "hint": ACCEPT.strip(),
            }
        ],
    )
    assert journey("render", "--format", "json").out == "[]\n"
    assert journey("check", "--format", "json") == (0, "[]\n", "")


def test_sarif_has_the_shape_that_code_scanning_takes(rendered: Path, journey: Journey) -> None:
    (rendered / "apps/web/service.yaml").write_text(f"{SERVICE}x: 1\n")
    (rendered / "apps/api/service.yaml").write_text(f"{SERVICE}a: 1\n")
    code, out, _ = journey("check", "--format", "sarif")
    document: dict[str, Any] = json.loads(out)
    (run,) = document["runs"]
    assert (code, document["version"], run["tool"]["driver"]["name"]) == (1, "2.1.0", "journey")
    assert run["tool"]["driver"]["rules"] == [{"id": "spec/unknown-field"}]
    assert [result["locations"] for result in run["results"]] == [
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"apps/{name}/service.yaml"},
                    "region": {"startLine": 5, "startColumn": 1},
                }
            }
        ]
        for name in ("api", "web")
    ]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("spec/unknown-field", "error")
    assert first["message"]["text"].startswith("`a` is not a field of a service")


def test_github_annotates_lines(rendered: Path, journey: Journey) -> None:
    (rendered / "apps/web/service.yaml").write_text(f"{SERVICE}port: 1\n")
    code, out, _ = journey("check", "--format", "github")
    where = "file=apps/web/service.yaml,line=5,col=1,title=spec/unknown-field"
    assert (code, out) == (1, f"::error {where}::`port` is not a field of a service%0Adid you mean `ports`?\n")


def test_render_without_checks_renders_the_same(shop: Path, journey: Journey) -> None:
    assert journey("render", "--no-checks", "--jobs", "1").code == 0
    before = snapshot(shop)
    assert before and journey("render").out == f"{len(before)} files up to date\n"


def test_a_warning_is_counted_and_exits_0(rendered: Path, journey: Journey) -> None:
    path = rendered / "apps/api/service.yaml"
    path.write_text(f"{FILES['apps/api/service.yaml']}environments: {{prod: {{enabled: false}}}}\n")
    code, out, _ = journey("render")
    assert code == 0 and "spec/need-not-here: `api` is needed in prod and does not run there on east" in out
    code, out, _ = journey("check")
    assert code == 0 and out.endswith("units in order, 2 warnings\n")


@pytest.mark.parametrize("given", [["--jobs", "0"], ["--format", "xml"], ["--every"], ["--all", "--env", "dev"]])
def test_options_that_cannot_be_are_usage(shop: Path, journey: Journey, given: list[str]) -> None:
    assert journey("check", *given).code == 2


def test_a_check_tells_what_is_switched_off_and_a_render_does_not(shop: Path, journey: Journey) -> None:
    with (shop / "apps/api/service.yaml").open("a") as file:
        file.write("without: {networkPolicy: {reason: callers unknown}, monitor: {reason: nobody looks}}\n")
    assert "switched off" not in journey("render").out
    for _ in range(2):
        code, out, _err = journey("check")
        assert (code, out.splitlines()[-3:]) == (
            0,
            [
                "2 conventions switched off",
                "without monitor: api (nobody looks)",
                "without networkPolicy: api (callers unknown)",
            ],
        )
    assert journey("check", "--format", "json").out == "[]\n"
