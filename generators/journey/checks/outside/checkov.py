"""checkov: security and good practice of Kubernetes objects and workflows, and the project's own policies.

https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html. It builds one graph of all objects in a folder that it
is given, across clusters and namespaces: a NetworkPolicy of one cluster would excuse a pod in another. So each rendered
folder (a service on a cluster) is given as a folder of its own, all in one process, which costs its start only once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from journey.checks.outside.model import Checker, Finding, Malformed

FRAMEWORKS = ("kubernetes", "github_actions")
_OPTIONS = ("--quiet", "--compact", "--soft-fail", "--skip-download", "--output", "json")


def arguments(folders: Sequence[str], policies: str) -> list[str]:
    """Its command line."""
    own = ["--external-checks-dir", policies] if policies else []
    return [*_OPTIONS, "--framework", *FRAMEWORKS, *own, *(word for folder in folders for word in ("-d", folder))]


def parse(stdout: str, folder: str) -> list[Finding]:
    """Failed checks. A file that could not be read is one too: nothing may pass because it was not understood."""
    return sorted({finding for report in _reports(stdout) for finding in _findings(report, folder)})


def count(stdout: str) -> int:
    """How many folders the output tells of."""
    return sum(1 for _ in _documents(stdout))


def _documents(stdout: str) -> Iterator[Any]:
    """The JSON documents of the output, one for each folder."""
    decoder = json.JSONDecoder()
    rest = stdout.strip()
    while rest:
        try:
            document, end = decoder.raw_decode(rest)
        except json.JSONDecodeError as error:
            raise Malformed(f"its output is not JSON: {rest[:200]}") from error
        yield document
        rest = rest[end:].lstrip()


def _reports(stdout: str) -> Iterator[dict[str, Any]]:
    """A document is one framework's report, a list of several, or bare counts where there was nothing to judge."""
    for document in _documents(stdout):
        for report in document if isinstance(document, list) else [document]:
            if not isinstance(report, dict):
                raise Malformed("a report is not an object")
            if "check_type" in report:
                yield report


def _findings(report: dict[str, Any], folder: str) -> Iterator[Finding]:
    try:
        unread = report["summary"]["parsing_errors"]
        failed = report["results"]["failed_checks"]
        if unread:
            raise Malformed(f"it could not read {unread} of the files of {report['check_type']}")
        for check in failed:
            yield _finding(check, folder)
    except (KeyError, TypeError) as error:
        raise Malformed(f"a report lacks {error}") from error


def _finding(check: dict[str, Any], folder: str) -> Finding:
    path = check["file_abs_path"].removeprefix(folder).lstrip("/")
    kind, _, name = check["resource"].partition(".")
    where = f"{kind} {name.rpartition('.')[2]}" if name else kind
    line = int((check.get("file_line_range") or [0])[0])
    return Finding(path, f"checkov/{check['check_id']}", line, f"{where}: {check['check_name']}", _advice(check))


def _advice(check: dict[str, Any]) -> str:
    keys = check["check_result"].get("evaluated_keys") or []
    read = check.get("guideline") or ""
    return "; ".join(filter(None, (f"look at {keys[0]}" if keys and keys[0] else "", read)))


CHECKOV = Checker(
    name="checkov",
    judges=re.compile(r"(environments|clusters)/.+\.(ya?ml|json)|\.github/workflows/[^/]+\.ya?ml"),
    by_folder=True,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0}),
    # a check that raises is only logged, and counts as passed
    complaint=re.compile(r"\[(WARNI|ERROR|CRITI)|Traceback \(most recent call last\)|Failed to run check"),
    reports=count,
    takes_policies=True,
    environment={"LOG_LEVEL": "WARNING"},
)
