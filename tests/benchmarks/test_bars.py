"""Verdicts over made-up figures, and what is refused before anything is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import bars, report, run
from benchmarks.bars import Bar, Verdict
from benchmarks.measure import Usage


def usage(wall_s: float, rss_mb: float = 10, pss_mb: float = 0) -> Usage:
    return Usage(wall_s, wall_s, int(rss_mb * 1e6), int(pss_mb * 1e6))


@pytest.mark.parametrize(
    ("services", "value", "information", "word", "missed"),
    [
        (1000, 0.2, False, "aim reached", False),
        (1000, 0.5, False, "kept", False),
        (1000, 0.51, False, "MISSED", True),
        (1000, 0.51, True, "above; not judged", False),
        (100, 0.51, False, "above; not judged", False),
        (100, 0.5, False, "kept; not judged", False),
    ],
)
def test_a_verdict(services: int, value: float, information: bool, word: str, missed: bool) -> None:
    verdict = Verdict(Bar("full", "full", 0.5, 0.3, information=information), services, value)
    assert (verdict.word, verdict.missed) == (word, missed)


def test_ratios_are_of_medians_and_memory_is_the_largest() -> None:
    runs = {
        "helm": [usage(4), usage(5), usage(90)],
        "render": [usage(2, 70), usage(1, 80), usage(9, 60)],
        "edit": [usage(0.5)],
    }
    found = {item.bar.name: item.value for item in bars.of_size(1000, runs, {"render": usage(3, 70, 140)})}
    assert found == {"render": 0.4, "edit": 0.1, "memory": 140}


def test_growth_is_from_the_fewest_to_the_most() -> None:
    sizes = {1000: {"render": [usage(6)]}, 10: {"render": [usage(0.5)]}, 100: {"render": [usage(2)]}}
    (found,) = bars.of_growth(sizes)
    assert (found.value, found.services) == (12, 1000)
    assert found.bar.at_most == pytest.approx(110)
    assert list(bars.of_growth({1000: sizes[1000]})) == []


def test_the_start_always_counts() -> None:
    found = bars.of_start({"python": [usage(0.01)], "version": [usage(0.07)]})
    assert found.value == pytest.approx(7)
    assert found.missed


def test_figures_are_put_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"Before.\n\n{report.OPEN}\nold\n{report.CLOSE}\n\nAfter.\n")
    for text in ("first", "new"):
        report.replace(page, text)
    assert page.read_text() == f"Before.\n\n{report.OPEN}\n\nnew\n\n{report.CLOSE}\n\nAfter.\n"


def test_the_page_has_the_marks() -> None:
    page = report.README.read_text(encoding="utf-8")
    assert (page.count(report.OPEN), page.count(report.CLOSE)) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-n", "many"], "-n wants numbers with commas between them, not 'many'"),
        (["-n", "3"], "-n wants at least 4 services"),
        (["-n", "4", "--dir", "nowhere"], "no folder nowhere"),
        (["-n", "1000000000000", "--dir", "."], "1000000000000 services take 1200000000000 MB"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == 2
    assert told in capsys.readouterr().err


def test_no_tmpfs_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run, "file_system", lambda folder: "ext4")
    assert run.main(["-n", "4"]) == 2
    assert capsys.readouterr().err == (
        "bench: no tmpfs at /dev/shm: name a folder by --dir, but on a disk the figures tell more of the disk\n"
    )
