"""The tutorial is run: each shell block in an empty folder, and what follows it as printed is what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
MARK = "... of the shell's folder: "


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each shell block with what stands after it as printed; an empty text where nothing does."""
    found = BLOCK.findall(text)
    for number, (language, body) in enumerate(found):
        if language == "sh":
            after = found[number + 1] if number + 1 < len(found) else ("", "")
            yield body, after[1] if after[0] == "text" else ""


def matches(expected: str, printed: str) -> bool:
    """Whether a text is as expected: `...` is anything in a line, and a line of its own any number of lines."""
    lines = (re.escape(line).replace(r"\.\.\.", ".*") for line in expected.splitlines())
    whole = "".join("(?:.*\n)*?" if line == ".*" else f"{line}\n" for line in lines)
    return re.fullmatch(whole, printed) is not None


def run(script: str, folder: Path) -> tuple[str, Path]:
    """What a block prints on standard output, and the folder in which it leaves its shell."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'{script}\necho "{MARK}$PWD"'],
        cwd=folder,
        env={**os.environ, "PATH": path, "LC_ALL": "C", "OLDPWD": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    printed, _, last = done.stdout.rpartition(MARK)
    return printed, Path(last.strip())


def test_the_tutorial_is_as_it_says(tmp_path: Path) -> None:
    folder = tmp_path
    ran = 0
    for script, expected in blocks(TUTORIAL.read_text(encoding="utf-8")):
        printed, folder = run(script, folder)
        assert not expected or matches(expected, printed), f"{script}\nprinted:\n{printed}\nthe page says:\n{expected}"
        ran += 1
    assert ran > 5
    assert (tmp_path / "shop/environments/dev/local/kubernetes/orders/service-orders.yaml").is_file()
    assert not list((tmp_path / "shop/environments").rglob("*mine*"))


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("a ... c\n", "a b c\n", True),
        ("a ... c\n", "a b\n c\n", False),
        ("...\nb\n", "b\n", True),
        ("...\nb\n", "a\na\nb\n", True),
        ("a\n...\n", "b\n", False),
    ],
)
def test_what_is_printed_is_compared(expected: str, printed: str, same: bool) -> None:
    assert matches(expected, printed) is same


def test_blocks_are_found_with_what_they_print() -> None:
    text = "```sh\na\n```\n\n```text\nx\n```\n\n```sh\nb\n```\n"
    assert list(blocks(text)) == [("a\n", "x\n"), ("b\n", "")]
