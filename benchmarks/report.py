"""Figures and verdicts as text (tables in Markdown) and as JSON."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import journey
from benchmarks import bars, install
from benchmarks.bars import MEGABYTE, Verdict
from benchmarks.compare import Comparison
from benchmarks.measure import Usage


class Size(NamedTuple):
    """What was measured of so many services: labels, timed runs and the sampled run by program, and equal outputs."""

    services: int
    labels: dict[str, str]
    runs: dict[str, list[Usage]]
    sampled: dict[str, Usage]
    equal: dict[str, Comparison]


def machine() -> dict[str, str]:
    """What the figures were taken on, and with which versions."""
    ask = "from importlib.metadata import version; import helm_python as h; "
    ask += "print(version('helm-python-sdk'), h.helm_sdk_version())"
    helm = subprocess.run([str(install.PYTHON), "-c", ask], capture_output=True, text=True).stdout.split()
    libraries = ("msgspec", "PyYAML", "jsonschema-rs")
    return {
        "machine": f"with {os.cpu_count()} cores ({_processor()})",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "journey": journey.__version__,
        "helm-python-sdk": " with Helm ".join(helm),
        **{name: metadata.version(name) for name in libraries},
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
            return next(names, platform.machine())
    except OSError:
        return platform.machine()


def text(found: Mapping[str, str], sizes: Iterable[Size], start: bars.Runs, verdicts: Sequence[Verdict]) -> str:
    """Everything, as Markdown."""
    parts = ["; ".join(f"{name} {value}" for name, value in found.items()) + "."]
    parts += [f"N = {size.services}:\n\n{_figures(size)}" for size in sizes]
    walls = (f"{label} {bars.wall(start[name]) * 1000:.1f} ms" for name, label in STARTS.items())
    parts += [f"Start: {', '.join(walls)}."]
    parts += [_verdicts(verdicts)]
    return "\n\n".join(parts)


STARTS = {"python": "`python -c pass`", "version": "`journey --version`"}


README = Path(__file__).with_name("README.md")
OPEN, CLOSE = "<!-- figures: written by `make bench BENCH_ARGS=--readme` -->", "<!-- end of figures -->"


def replace(page: Path, text: str) -> None:
    """Put the figures between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(OPEN)
    after = rest.partition(CLOSE)[2]
    page.write_text(f"{before}{OPEN}\n\n{text}\n\n{CLOSE}{after}", encoding="utf-8")


def _figures(size: Size) -> str:
    head = ("program", "wall s (least, most)", "CPU s", "to Helm", "largest process MB", "tree MB", "output")
    rows = [_row(size, name) for name in size.runs]
    return _table(head, rows)


def _row(size: Size, name: str) -> tuple[str, ...]:
    runs, sampled = size.runs[name], size.sampled[name]
    walls = [usage.wall_s for usage in runs]
    equal = size.equal.get(name)
    return (
        size.labels[name],
        f"{median(walls):.3f} ({min(walls):.3f}, {max(walls):.3f})",
        f"{median(usage.cpu_s for usage in runs):.2f}",
        f"{bars.wall(runs) / bars.wall(size.runs['helm']):.2f}",
        f"{median(usage.rss_bytes for usage in runs) / MEGABYTE:.0f}",
        f"{bars.memory([sampled, *runs]) / MEGABYTE:.0f}",
        f"equal: {equal.objects} objects, {equal.size / MEGABYTE:.1f} MB" if equal else "",
    )


def _verdicts(verdicts: Iterable[Verdict]) -> str:
    head = ("what", "N", "found", "at most", "aim", "verdict")
    return _table(head, [_verdict(item) for item in verdicts])


def _verdict(item: Verdict) -> tuple[str, ...]:
    bar = item.bar
    aim = "" if bar.aim is None else f"{bar.aim:g}{bar.unit}"
    size = "" if bar is bars.START else str(item.services)
    return bar.label, size, f"{item.value:.3g}{bar.unit}", f"{bar.at_most:g}{bar.unit}", aim, item.word


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain(
    found: Mapping[str, str], sizes: Iterable[Size], start: bars.Runs, verdicts: Iterable[Verdict]
) -> dict[str, Any]:
    """Everything, for a JSON file: each run's figures as `Usage` names them."""
    return {
        "machine": dict(found),
        "sizes": {size.services: {name: _plain(size, name) for name in size.runs} for size in sizes},
        "start": {name: [usage._asdict() for usage in runs] for name, runs in start.items()},
        "bars": [
            {"name": item.bar.name, "n": item.services, "value": item.value, "at_most": item.bar.at_most,
             "verdict": item.word}
            for item in verdicts
        ],
    }  # fmt: skip


def _plain(size: Size, name: str) -> dict[str, Any]:
    return {
        "runs": [usage._asdict() for usage in size.runs[name]],
        "sampled": size.sampled[name]._asdict(),
        "equal": True if name in size.equal else None,
    }
