"""`journey check --all`: what it tells of outside programs, and how it ends. The programs themselves: `tests/real`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from journey.cli import report
from journey.cli.main import main
from journey.pipeline import outside
from journey.pipeline.outside import ABSENT, CRASHED, Judgement
from journey.pipeline.skips import Skipped
from journey.problem import Place, Problem
from journey.spec.platform import Skip
from tests import specs

Ended = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ended:
    """Runs `journey` on a rendered platform; gives its exit code and what it wrote."""
    (tmp_path / "platform.yaml").write_text(f"{specs.PLATFORM}targets: [kubernetes]\n")

    def ended(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["--root", str(tmp_path), *arguments])
        code = end.value.code
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    assert ended("render")[0] == 0
    return ended


def judging(monkeypatch: pytest.MonkeyPatch, judgement: Judgement) -> list[bool]:
    """Stands in for the programs; gives whether each run was told to judge all."""
    asked: list[bool] = []

    def judge(root: str, sources: object, plan: object, every: bool, progress: object) -> Judgement:
        asked.append(every)
        return judgement

    monkeypatch.setattr(outside, "judge", judge)
    return asked


def test_a_clean_tree_is_told_with_what_was_passed_over(run: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    skip = Skip(rule="CKV_K8S_11", path="clusters/**", reason="It throttles.")
    asked = judging(monkeypatch, Judgement([], [Skipped(skip, 3, 1)], 40, 2))
    code, out, _ = run("check", "--all")
    assert code == 0
    assert out.splitlines()[1:] == [
        "40 files judged by outside programs, 2 of them now",
        "skipped CKV_K8S_11 under clusters/**: 3 findings in 1 file: It throttles.",
    ]
    run("check", "--all", "--every")
    assert asked == [False, True]


@pytest.mark.parametrize(("rule", "code"), [("checkov/CKV_K8S_43", 1), (ABSENT, 1), (CRASHED, 3)])
def test_a_finding_is_an_error_and_a_broken_program_a_crash(
    run: Ended, monkeypatch: pytest.MonkeyPatch, rule: str, code: int
) -> None:
    judging(monkeypatch, Judgement([Problem(Place("platform.yaml"), rule, "told", "hint")], [], 1, 1))
    ended, out, _ = run("check", "--all")
    assert ended == code
    assert f"platform.yaml: {rule}: told\n    hint\n" in out


def test_a_stale_tree_is_not_judged(run: Ended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = judging(monkeypatch, Judgement([], [], 1, 1))
    (tmp_path / "environments").mkdir(exist_ok=True)
    (tmp_path / "environments" / "stray.yaml").write_text("stray")
    code, _, err = run("check", "--all")
    assert (code, asked) == (1, [])
    assert err == "outside programs did not run: mend what is above first\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--every"], "--every goes with --all"),
        (["--all", "--env", "dev"], "--all judges the whole tree; leave out --env, --cluster and --service"),
    ],
)
def test_options_that_contradict_each_other_are_refused(run: Ended, arguments: list[str], message: str) -> None:
    code, _, err = run("check", *arguments)
    assert code == 2
    assert message in err


def test_nothing_is_counted_wrongly_in_the_plural(capsys: pytest.CaptureFixture[str]) -> None:
    report.outside(Judgement([], [], 1, 0))
    assert capsys.readouterr().out == "1 file judged by outside programs, 0 of them now\n"


def test_the_rules_about_outside_programs_are_listed(run: Ended) -> None:
    listed = run("checks")[1]
    assert [rule for rule in outside.RULES if rule not in listed] == []
