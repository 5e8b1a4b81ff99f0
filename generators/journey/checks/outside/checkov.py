"""checkov: security and good practice of Kubernetes objects, workflows and stacks, and the project's own policies.

https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html. Most of its checks look at one object, so a file's
findings depend on that file alone. Those of roles and who is bound to them (CKV2_K8S_1 to 5) join all objects of a
folder that it is given by their names, whatever their namespace and cluster: so the roles and bindings of each rendered
folder are given as a folder of their own. All is one process: its start costs seconds.

Left out is CKV2_K8S_6 (a pod without NetworkPolicy): it joins by labels alone, so another cluster's policy excuses a
pod, and it takes the empty selector of a default deny, which selects every pod, for none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from journey.checks.outside.model import Checker, Finding, Group, Groups, Malformed

FRAMEWORKS = ("kubernetes", "github_actions", "terraform", "cloudformation")
LEFT_OUT = "CKV2_K8S_6"
_OPTIONS = ("--quiet", "--compact", "--soft-fail", "--skip-download", "--output", "json", "--skip-check", LEFT_OUT)
_RIGHTS = re.compile(r"(cluster)?role(binding)?-")


def groups(paths: Sequence[str]) -> Groups:
    """Each file by itself; roles and bindings by folder, and Terraform's as one, since stacks call modules."""
    found: Groups = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if path.endswith(".tf"):
            group = Group("files", "terraform")
        else:
            group = Group(f"rights/{folder}", folder) if _RIGHTS.match(name) else Group("files", path)
        found.setdefault(group, []).append(path)
    return found


def arguments(roots: Sequence[str], files: Sequence[str], policies: str) -> list[str]:
    """Its command line."""
    own = ["--external-checks-dir", policies] if policies else []
    return [*_OPTIONS, "--framework", *FRAMEWORKS, *own, *(word for root in roots for word in ("-d", root))]


def parse(stdout: str) -> list[Finding]:
    """Failed checks. A file that could not be read is one too: nothing may pass because it was not understood."""
    return sorted({finding for report in _reports(stdout) for finding in _findings(report)})


def _documents(stdout: str) -> Iterator[Any]:
    """The JSON documents of the output: after each folder, all that is known by then."""
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


def _findings(report: dict[str, Any]) -> Iterator[Finding]:
    try:
        unread = report["summary"]["parsing_errors"]
        failed = report["results"]["failed_checks"]
        if unread:
            raise Malformed(f"it could not read {unread} of the files of {report['check_type']}")
        for check in failed:
            yield _finding(report["check_type"], check)
    except (KeyError, TypeError) as error:
        raise Malformed(f"a report lacks {error}") from error


def _finding(framework: str, check: dict[str, Any]) -> Finding:
    # seen: only this one of the four paths is that from the working folder, for either framework
    path = check["file_path" if framework == "kubernetes" else "repo_file_path"].lstrip("/")
    resource = check["resource"]
    if framework == "terraform":  # one for each stack that calls the module; what is wrong is the module's
        resource = ".".join(resource.split(".")[-2:])
    kind, _, name = resource.partition(".")
    where = f"{kind} {name.rpartition('.')[2]}" if name else kind
    line = int((check.get("file_line_range") or [0])[0])
    return Finding(path, f"checkov/{check['check_id']}", line, f"{where}: {check['check_name']}", _advice(check))


def _advice(check: dict[str, Any]) -> str:
    # checkov's own order changes from run to run
    keys = sorted(filter(None, check["check_result"].get("evaluated_keys") or []))
    read = check.get("guideline") or ""
    return "; ".join(filter(None, (f"look at {keys[0]}" if keys else "", read)))


CHECKOV = Checker(
    name="checkov",
    judges=re.compile(r"(environments|clusters|modules)/.+\.(ya?ml|json|tf)|\.github/workflows/[^/]+\.ya?ml"),
    groups=groups,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0}),
    # a check that raises is only logged, and counts as passed
    complaint=re.compile(r"\[(WARNI|ERROR|CRITI)|Traceback \(most recent call last\)|Failed to run check"),
    takes_policies=True,
    environment={"LOG_LEVEL": "WARNING"},
)
