"""What an image is made from: the paths that its Dockerfile takes out of the build context.

After the Dockerfile reference (https://docs.docker.com/reference/dockerfile/): COPY and ADD in both forms, heredocs,
`--from` (another stage, not the context), and RUN's bind mounts.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator

_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S+))?\s*")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@")
_VARIES = re.compile(r"[$*?\[]")


def sources(text: str) -> tuple[str, ...]:
    """Paths of the context that a build reads, sorted: files or folders; "" is the context as a whole.

    A source with a pattern or a variable counts as the folder before it: too much is rebuilt rather than too little.
    """
    found = {_fixed(path) for line in _instructions(text) for path in _taken(line)}
    return tuple(sorted(found))


def _instructions(text: str) -> Iterator[str]:
    """Instructions with their continued lines joined, without comments and the bodies of heredocs."""
    lines = iter(text.splitlines())
    for line in lines:
        whole = line.strip()
        while whole.endswith("\\"):
            following = next(lines, "").strip()
            whole = whole if following.startswith("#") else f"{whole[:-1].rstrip()} {following}"
        if whole and not whole.startswith("#"):
            yield whole
            for end in _HEREDOC.findall(whole):
                next((body for body in lines if body.strip() == end), None)


def _taken(instruction: str) -> Iterator[str]:
    word, _, rest = instruction.partition(" ")
    flags, rest = _flags(rest.strip())
    if word.upper() in ("COPY", "ADD") and not any(name == "from" for name, _ in flags):
        yield from (path for path in _arguments(rest)[:-1] if not _REMOTE.match(path) and not path.startswith("<<"))
    elif word.upper() == "RUN":
        for mount in (value for name, value in flags if name == "mount"):
            options = dict(part.partition("=")[::2] for part in mount.split(","))
            if options.get("type", "bind") == "bind" and "from" not in options:
                yield options.get("source", options.get("src", ""))


def _flags(rest: str) -> tuple[list[tuple[str, str]], str]:
    flags: list[tuple[str, str]] = []
    while match := _FLAG.match(rest):
        flags.append((match[1], match[2] or ""))
        rest = rest[match.end() :]
    return flags, rest


def _arguments(rest: str) -> list[str]:
    if rest.startswith("["):
        try:
            return [str(item) for item in json.loads(rest)]
        except json.JSONDecodeError:
            return ["", ""]
    try:
        return shlex.split(rest)
    except ValueError:
        return ["", ""]


def _fixed(path: str) -> str:
    varies = _VARIES.search(path)
    if varies:
        path = path[: varies.start()].rpartition("/")[0]
    normal = posixpath.normpath(path.lstrip("/") or ".")
    return "" if normal == "." or normal.startswith("..") else normal
