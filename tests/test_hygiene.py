"""No committed file tells of the machine that it was written on, or carries a secret."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The patterns are written so that they do not match themselves: a character class splits each telling word.
REGISTRIES = (
    rb"pypi\.org/simpl[e]",
    rb"files\.pythonhosted\.or[g]",
    rb"registry\.npmjs\.or[g]",
    rb"registry\.yarnpkg\.co[m]",
    rb"proxy\.golang\.or[g]",
    rb"sum\.golang\.or[g]",
    rb"index\.crates\.i[o]",
    rb"repo1?\.maven\.(apache\.)?or[g]",
    rb"--(extra-)?index-ur[l]|--find-link[s]",
    rb'"resolve[d]":',
)
MACHINE_PATHS = (
    rb"(?<![\w.*})-])/(work|root|opt/wheels)/[\w.]",
    rb"(?<![\w.*})-])/home/(?!app/|nonroot/|node/|runner/)[\w-]+/",
    rb"(?<![\w.*})-])/Users/[\w-]+/",
    rb"\.pyen[v]/",
)
SECRETS = (
    rb"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----\s+[A-Za-z0-9+/=]{40}",
    rb"\b(AKIA|ASIA)(?!\w*EXAMPLE)[A-Z0-9]{16}\b",
    rb"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    rb"\bgithub_pat_[A-Za-z0-9_]{60,}",
    rb"\bhvs\.[A-Za-z0-9_-]{24,}",
    rb"\bxox[abpr]-[0-9A-Za-z-]{20,}",
    rb"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
)
FORBIDDEN = re.compile(b"|".join(b"(?:%s)" % pattern for pattern in (*REGISTRIES, *MACHINE_PATHS, *SECRETS)))


def committed_files() -> list[Path]:
    """The regular files that git tracks, as they are in the work tree."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = (ROOT / name for name in listed.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def line_of(content: bytes, offset: int) -> int:
    """The line, from 1, that an offset stands on."""
    return content.count(b"\n", 0, offset) + 1


def matches(content: bytes) -> list[str]:
    """Each forbidden text with the line that it stands on."""
    return [
        f"{line_of(content, match.start())}: {match.group().decode(errors='replace')}"
        for match in FORBIDDEN.finditer(content)
    ]


def test_no_committed_file_tells_of_a_machine_or_carries_a_secret() -> None:
    files = committed_files()
    assert files
    assert [f"{path.relative_to(ROOT)}:{found}" for path in files for found in matches(path.read_bytes())] == []


@pytest.mark.parametrize(
    "text",
    [
        b"https://pypi." + b"org/simple/click",
        b"https://files.python" + b"hosted.org/packages/x.whl",
        b'"resolved"' + b': "https://example.com/x.tgz"',
        b"--index" + b"-url https://example.com",
        b"open('/" + b"work/main/x')",
        b"cd /" + b"root/x",
        b"/home/" + b"somebody/src",
        b"-----BEGIN RSA PRIVATE " + b"KEY-----\n" + b"A" * 64,
        b"AKIA" + b"ABCDEFGHIJKLMNOP",
        b"ghp" + b"_" + b"a" * 36,
    ],
)
def test_a_breach_is_found(text: bytes) -> None:
    assert [line.partition(":")[0] for line in matches(b"first line\n" + text)] == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        b"apps/work/main.py",
        b"https://example.com/work/x",
        b"/home/nonroot/app",
        b"AKIAIOSFODNN7EXAMPLE",
        b"${HOME}/root/x",
    ],
)
def test_what_is_allowed_is_not_found(text: bytes) -> None:
    assert matches(text) == []
