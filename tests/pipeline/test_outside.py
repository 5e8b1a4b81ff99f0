"""Outside programs judge a tree: here small scripts, which find the word `bad`, in the place of the real ones."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from journey import tree
from journey.checks.outside import Checker, Finding, Groups, Malformed
from journey.checks.outside.model import Group, together
from journey.pipeline import outside, policies
from journey.pipeline.outside import Judgement
from journey.problem import Place, Pointer
from tests import specs

FINDER = """
for file in sys.argv[1:]:
    for number, line in enumerate(open(file), 1):
        if "bad" in line:
            print(f"{file}|{number}")
with open(os.path.join(LOG, "judged"), "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
"""
CART = "environments/dev/deployment-cart.yaml"
MAIL = "environments/dev/deployment-mail.yaml"


def parse(stdout: str) -> list[Finding]:
    if "garbage" in stdout:
        raise Malformed("its output is garbage")
    places = (line.split("|") for line in stdout.splitlines())
    return [Finding(path, "finder/bad-word", int(number), "a bad word") for path, number in places]


def alone(paths: Sequence[str]) -> Groups:
    return {Group("files", path): [path] for path in paths}


CHECKER = Checker(
    name="finder",
    judges=re.compile(r"environments/.*"),
    groups=alone,
    arguments=lambda roots, files, policies: [*files],
    parse=parse,
    codes=frozenset({0}),
    complaint=re.compile("could not"),
)


class House:
    """A platform with two rendered files, and a program that judges them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = {CART: "good\n", MAIL: "good\n", "schemas/x.json": "bad\n"}
        self.skips = ""
        self.program(FINDER)

    def program(self, code: str, name: str = "finder") -> None:
        file = self.root / ".journey" / "tools" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!{sys.executable} -I\nimport os, sys\nLOG = {str(self.root)!r}\n{code}")
        file.chmod(0o755)

    def judge(
        self, checker: Checker = CHECKER, every: bool = False, shown: list[tuple[int, int]] | None = None
    ) -> Judgement:
        for path, text in self.files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
        found = specs.load({"platform.yaml": specs.PLATFORM + self.skips}, self.root)
        plan = tree.Plan(tree.Owned(), unchanged=tuple(sorted(self.files)), entries={})
        steps = [] if shown is None else shown
        return outside.judge(str(self.root), found, plan, every, lambda *step: steps.append(step), (checker,))

    def judged(self) -> list[str]:
        """What the program was given, a line a run; forgets it."""
        log = self.root / "judged"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(policies, "packaged", lambda: tmp_path / "none")
    (tmp_path / ".git").mkdir()
    return House(tmp_path)


def told(judgement: Judgement) -> list[str]:
    return [f"{problem.rule}: {problem.message}" for problem in judgement.problems]


def test_a_finding_stands_at_its_place_in_the_rendered_file(house: House) -> None:
    house.files[MAIL] = "good\nbad\n"
    judgement = house.judge()
    (problem,) = judgement.problems
    assert problem.message == f"{MAIL}:2: a bad word"
    assert problem.where == Pointer("platform.yaml")
    assert (judgement.files, judgement.judged, judgement.crashed) == (2, 2, False)


def test_only_what_changed_is_judged_again_with_the_same_findings(house: House) -> None:
    house.files[MAIL] = "bad\n"
    first = house.judge()
    assert house.judged() == [f"files/{CART} files/{MAIL}"]
    again = house.judge()
    assert (house.judged(), again.judged, again.problems) == ([], 0, first.problems)
    house.files[CART] = "bad\n"
    some = house.judge()
    assert house.judged() == [f"files/{CART}"]
    assert some.problems == house.judge(every=True).problems
    assert house.judged() == [f"files/{CART} files/{MAIL}"]
    del house.files[MAIL]
    assert told(house.judge()) == [f"finder/bad-word: {CART}:1: a bad word"]


def test_another_program_judges_all_again(house: House) -> None:
    house.judge()
    house.judged()
    house.program(FINDER + "\n# newer")
    house.judge()
    assert house.judged() == [f"files/{CART} files/{MAIL}"]


def test_files_of_one_group_are_judged_together(house: House) -> None:
    together_ = CHECKER._replace(groups=together)
    house.judge(together_)
    house.judged()
    house.files[CART] = "better\n"
    house.judge(together_)
    assert house.judged() == [f"files/{CART} files/{MAIL}"]


def test_a_skip_of_the_spec_is_applied_and_counted(house: House) -> None:
    house.files[MAIL] = "bad\n"
    house.skips = 'skips:\n- {rule: bad-word, path: "environments/**", reason: "known"}\n'
    judgement = house.judge()
    assert judgement.problems == []
    (skipped,) = judgement.skipped
    assert (skipped.findings, skipped.files, skipped.skip.reason) == (1, 1, "known")
    house.files[MAIL] = "good\n"
    assert [problem.rule for problem in house.judge().problems] == ["outside/unused-skip"]


def test_a_program_that_is_not_there_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.skips = "skips:\n- {rule: bad-word, reason: known}\n"
    (problem,) = house.judge(CHECKER._replace(name="no-such-program")).problems
    assert problem == (
        Place("platform.yaml"),
        "outside/absent",
        "no-such-program is not here: nothing was judged by it",
        "run `make tools`, or put no-such-program into .journey/tools/ or on PATH",
        "error",
    )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("sys.exit('first\\nthe last word')", "it ended with 1: first | the last word"),
        ("os.kill(os.getpid(), 9)", "it ended with -9: it said nothing"),
        ("sys.stderr.write('could not read')", "it did not judge all: could not read"),
        ("print('garbage')", "its output is garbage"),
        ("print('other.yaml|3')", "it speaks of a file that it was not given: other.yaml"),
    ],
)
def test_a_program_that_breaks_fails_the_run_and_is_run_again(house: House, code: str, why: str) -> None:
    house.program(code)
    for _ in range(2):
        judgement = house.judge()
        assert told(judgement) == [f"outside/crashed: finder gave no verdict: {why}"]
        assert judgement.crashed


def test_what_a_broken_run_knew_before_is_kept(house: House) -> None:
    house.judge()
    house.judged()
    house.program("sys.exit(4)", "other")
    other = CHECKER._replace(name="other")
    assert house.judge(other).crashed
    house.judge()
    assert house.judged() == []


def write_policy(house: House, text: str = 'id = "OWN_WORD"', denied: str | None = "bad\n") -> None:
    folder = house.root / "policies" / "own-word"
    folder.mkdir(parents=True)
    (folder / "policy.py").write_text(text)
    if denied is not None:
        (folder / "denied.yaml").write_text(denied)


POLICED = CHECKER._replace(
    takes_policies=True,
    groups=together,
    arguments=lambda roots, files, policies: [*files, "_denied/own_policy_own_word/denied.yaml"],
    parse=lambda stdout: [finding_of(one) for one in parse(stdout)],
)


def finding_of(found: Finding) -> Finding:
    return Finding(found.path, "finder/OWN_WORD", found.line, found.message)


def test_a_policy_proves_itself_on_its_denied_example(house: House) -> None:
    write_policy(house)
    judgement = house.judge(POLICED)
    assert (judgement.problems, judgement.judged) == ([], 2)


def test_a_policy_that_refuses_nothing_any_more_fails_the_run(house: House) -> None:
    write_policy(house, denied="good\n")
    why = "these policies do not refuse their own denied example: own-word"
    assert told(house.judge(POLICED)) == [f"outside/crashed: finder gave no verdict: {why}"]


def test_a_changed_policy_judges_all_again(house: House) -> None:
    write_policy(house)
    house.judge(POLICED)
    (house.root / "policies/own-word/policy.py").write_text('id = "OWN_WORD"  # another')
    assert house.judge(POLICED).judged == 2


@pytest.mark.parametrize(
    ("text", "denied", "why"),
    [("pass", "bad\n", "its file names no id"), ('id = "OWN_WORD"', None, "it has no denied.yaml")],
)
def test_a_policy_without_proof_is_a_problem(house: House, text: str, denied: str | None, why: str) -> None:
    write_policy(house, text, denied)
    (problem,) = house.judge().problems
    assert problem.where == Place("policies/own-word/policy.py")
    assert (problem.rule, problem.message) == ("outside/policy", f"policy own-word cannot be proven: {why}")
    assert problem.hint == "give it an id and an example that it refuses"


def test_progress_tells_how_many_roots_are_judged(house: House) -> None:
    house.program('print("{")\nprint("}")')
    steps: list[tuple[int, int]] = []
    house.judge(CHECKER._replace(parse=lambda stdout: []), shown=steps)
    assert steps == [(0, 1), (1, 1)]


def test_a_memory_that_is_damaged_is_no_memory(house: House) -> None:
    house.judge()
    (house.root / ".journey" / "outside.msgpack").write_bytes(b"\xc1")
    assert house.judge().judged == 2


def test_programs_are_found_nearest_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from journey.pipeline import programs

    inner = house.root / "examples" / "shop"
    built = house.root / ".cache" / "tools" / "bin"
    for folder in (inner, built):
        folder.mkdir(parents=True)
    assert list(programs.places(str(inner))) == [
        str(inner / ".journey/tools"),
        str(inner / ".cache/tools/bin"),
        str(house.root / "examples/.cache/tools/bin"),
        str(built),
    ]
    on_path = house.root / "path"
    for folder in (on_path, built):
        folder.mkdir(exist_ok=True)
        (folder / "finder").write_text("#!/bin/sh\n")
        (folder / "finder").chmod(0o755)
    monkeypatch.setenv("PATH", str(on_path), prepend=os.pathsep)
    assert programs.find("finder", str(inner)) == str(built / "finder")
    (built / "finder").unlink()
    assert programs.find("finder", str(inner)) == str(on_path / "finder")


def test_a_program_is_told_nothing_of_the_machine(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKV_SOMETHING", "1")
    house.program('sys.exit(" ".join(name for name in ("CKV_SOMETHING", "PATH", "HOME") if name in os.environ))')
    assert told(house.judge()) == ["outside/crashed: finder gave no verdict: it ended with 1: PATH HOME"]


def test_a_program_that_does_not_end_is_ended(house: House) -> None:
    from journey.pipeline import programs

    house.program("import time\ntime.sleep(600)")
    output = programs.run([str(house.root / ".journey/tools/finder")], str(house.root), {}, limit=0.3)
    assert (output.code, output.stdout) == (-9, "")


WORKER = """\
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20); print('late')"])
sys.stderr.write("could not read")
sys.stderr.flush()
"""


@pytest.mark.parametrize("waits", ["", "import time\ntime.sleep(20)"], ids=["ended", "waiting"])
def test_a_program_that_complained_is_ended_with_what_it_started(
    house: House, monkeypatch: pytest.MonkeyPatch, waits: str
) -> None:
    from journey.pipeline import programs

    monkeypatch.setattr(programs, "GRACE", 0.1)
    house.program(WORKER + waits)
    command = [str(house.root / ".journey/tools/finder")]
    output = programs.run(command, str(house.root), {}, complaint=re.compile("could not"))
    assert (output.stdout, output.stderr) == ("", "could not read")
