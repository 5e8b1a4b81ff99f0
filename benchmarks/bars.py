"""The bars that the project holds itself to, and their verdicts over measured medians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import NamedTuple

from benchmarks.measure import Usage

Runs = Mapping[str, list[Usage]]
"""The timed runs by program's name."""

JUDGED_FROM = 1000
"""Services from which bars are judged: below, the start of a process is most of the time."""

MEGABYTE = 1e6


class Bar(NamedTuple):
    """At most so much, and what is aimed at. One that is for information fails no run."""

    name: str
    label: str
    at_most: float
    aim: float | None = None
    unit: str = "x"
    information: bool = False


class Verdict(NamedTuple):
    """A bar and the value found, over so many services."""

    bar: Bar
    services: int
    value: float

    @property
    def judged(self) -> bool:
        """Whether the bar counts at this size."""
        return self.services >= JUDGED_FROM and not self.bar.information

    @property
    def missed(self) -> bool:
        """Whether a bar that counts is missed."""
        return self.judged and self.value > self.bar.at_most

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if self.value > self.bar.at_most:
            return "MISSED" if self.judged else "above; not judged"
        reached = self.bar.aim is not None and self.value <= self.bar.aim
        return ("aim reached" if reached else "kept") + ("" if self.judged else "; not judged")


TO_HELM = {
    "render": Bar("render", "full render with checks / Helm's render", 0.5, 0.3),
    "unchecked": Bar("unchecked", "full render without checks / Helm's render", 0.3, 0.2),
    "render-again": Bar("render-again", "render with nothing to do / Helm's render", 0.1),
    "check-again": Bar("check-again", "check with nothing to do / Helm's render", 0.1),
    "edit": Bar("edit", "render after one edit / Helm's render", 0.1),
    "targets": Bar("targets", "kubernetes and argocd targets / Helm's render", 0.5, information=True),
}
MEMORY = Bar("memory", "peak memory of the tree, full render with checks", 250, unit=" MB")
START = Bar("start", "`journey --version` / `python -c pass`", 6)
GROWTH = Bar("growth", "full render with checks, most services / fewest", 11)
"""Its bar is of ten times the services; it stands at 1.1 times the ratio of services otherwise."""


def wall(runs: list[Usage]) -> float:
    """The median wall time, in seconds."""
    return median(usage.wall_s for usage in runs)


def memory(runs: list[Usage]) -> float:
    """The peak memory of the tree in bytes: of all runs, the largest sampled sum or largest process."""
    return max(max(usage.pss_bytes, usage.rss_bytes) for usage in runs)


def of_size(count: int, runs: Runs, sampled: Mapping[str, Usage]) -> Iterator[Verdict]:
    """The verdicts that need one size alone."""
    for name, bar in TO_HELM.items():
        if name in runs:
            yield Verdict(bar, count, wall(runs[name]) / wall(runs["helm"]))
    yield Verdict(MEMORY, count, memory([sampled["render"], *runs["render"]]) / MEGABYTE)


def of_start(runs: Runs) -> Verdict:
    """The verdict on the start of the command; it is the same for any spec, so it always counts."""
    return Verdict(START, JUDGED_FROM, wall(runs["version"]) / wall(runs["python"]))


def of_growth(sizes: Mapping[int, Runs]) -> Iterator[Verdict]:
    """The verdict on growth from the smallest size to the largest, where there are two."""
    fewest, most = min(sizes), max(sizes)
    if fewest != most:
        bar = GROWTH._replace(at_most=1.1 * most / fewest)
        yield Verdict(bar, most, wall(sizes[most]["render"]) / wall(sizes[fewest]["render"]))
