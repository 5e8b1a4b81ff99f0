"""Commands that only answer: graph, targets, checks, schema, completion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import journey as journey_package
from tests.cli.conftest import Journey

SVG = "{http://www.w3.org/2000/svg}"

FAMILIES = "spec|yaml|schema|deprecations|references|images|naming|workloads?|workflow|tree|outside|doctor"
RULE = re.compile(rf'"((?:{FAMILIES})/[a-z][a-z-]+)"')
IN_TREE = re.compile(r'problem\(path, "([a-z-]+)"|\(plan\.[a-z]+, "([a-z-]+)"')


def test_the_graph_draws_what_dials_what(shop: Path, journey: Journey) -> None:
    assert journey("graph") == (0, 'flowchart LR\n  n0["api"]\n  n1["web"]\n  n1 --> n0\n', "")


def test_the_graph_is_a_picture_too(shop: Path, journey: Journey) -> None:
    code, out, _ = journey("graph", "--format", "svg", "--env", "prod", "--cluster", "west", "--service", "api")
    assert code == 0 and ElementTree.fromstring(out).tag.endswith("svg")


def test_the_graph_says_of_a_host_without_networks_that_its_name_is_not_enforced(shop: Path, journey: Journey) -> None:
    needs = """\
needs:
  - {host: a.example.com, port: 443}
  - {host: b.example.com, port: 8443, cidrs: [192.0.2.0/24]}
  - {host: c.example.com}
  - {service: web, port: http}
"""
    with (shop / "apps/api/service.yaml").open("a") as file:
        file.write(needs)
    lines = journey("graph", "--service", "api").out.splitlines()
    assert lines[6:] == [
        "  n1 -->|443, not enforced by name| n0",
        "  n1 -->|8443| n2",
        "  n1 -->|443, not enforced by name| n3",
        "  n1 -->|http| n4",
        "  n4 --> n1",
    ]
    picture = ElementTree.fromstring(journey("graph", "--format", "svg").out)
    titles = [title.text for path in picture.iter(f"{SVG}path") for title in path]
    assert titles == ["port 443, not enforced by name", "port 8443", "port 443, not enforced by name", "port http"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--env", "qa"], "there is no such environment on such a cluster; known: dev on local, prod on east"),
        (["--env", "dev", "--cluster", "east"], "there is no such environment on such a cluster"),
        (["--service", "nope"], "there is no service nope"),
    ],
)
def test_the_graph_of_nothing_is_usage(shop: Path, journey: Journey, arguments: list[str], said: str) -> None:
    code, out, err = journey("graph", *arguments)
    assert (code, out) == (2, "") and said in err


def test_the_graph_of_a_broken_spec_says_what_is_wrong(shop: Path, journey: Journey) -> None:
    (shop / "platform.yaml").write_text("name: shop\n")
    code, out, _ = journey("graph")
    assert code == 1 and "spec/missing-field" in out


def test_targets_say_what_they_own(journey: Journey) -> None:
    rows = {row["name"]: row for row in json.loads(journey("targets", "--format", "json").out)}
    assert rows["kubernetes"]["from"] == "journey" and "environments/" in rows["kubernetes"]["owns"]
    text = journey("targets")
    assert text.code == 0 and all(f"{name}: {row['description']}" in text.out for name, row in rows.items())


def test_checks_list_every_rule(journey: Journey) -> None:
    rules = json.loads(journey("checks", "--format", "json").out)
    assert {"spec/unknown-team", "workflow/command"} <= set(rules) and all(rules.values())
    lines = journey("checks").out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(rules)
    written = rules_in_code()
    assert {"spec/unknown-target", "schema/user-schema", "tree/case", "tree/stray", "doctor/git"} <= written
    assert sorted(written - rules.keys()) == []


def rules_in_code() -> set[str]:
    """The rules that the package's code spells out, where they are told and where they are listed."""
    package = Path(journey_package.__file__).parent
    said = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    whole = {rule for text in said for rule in RULE.findall(text)}
    tree = "".join(path.read_text(encoding="utf-8") for path in (package / "tree").glob("*.py"))
    return whole | {f"tree/{rule or other}" for rule, other in IN_TREE.findall(tree)}


@pytest.mark.parametrize("document", ["platform", "service", "promoted-platform", "promoted-service"])
def test_a_schema_is_json(journey: Journey, document: str) -> None:
    code, out, _ = journey("schema", document)
    found = json.loads(out)
    assert code == 0 and "json-schema.org" in found["$schema"] and found["properties"]


def test_an_unknown_schema_is_usage(journey: Journey) -> None:
    assert journey("schema", "world").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(journey: Journey, shell: str) -> None:
    code, out, _ = journey("completion", shell)
    assert code == 0 and "_JOURNEY_COMPLETE" in out


def test_a_shell_asks_for_what_may_follow() -> None:
    command = [sys.executable, "-c", "from journey.cli.main import main; main()"]
    asked = {**os.environ, "_JOURNEY_COMPLETE": "bash_complete", "COMP_WORDS": "journey rend", "COMP_CWORD": "1"}
    done = subprocess.run(command, env=asked, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "plain,render\n")
