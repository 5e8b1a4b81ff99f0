"""What the programs said, recorded, and the findings that it becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from journey.checks.outside import Finding, Group, Malformed, actionlint, cfn_lint, checkov, hadolint, zizmor

FAILED = {
    "check_id": "CKV_K8S_43",
    "check_name": "Image should use digest",
    "check_result": {"result": "FAILED", "evaluated_keys": ["spec/template/spec/containers/[0]/image"]},
    "file_path": "/files/environments/dev/local/kubernetes/cart/deployment-cart.yaml",
    "file_abs_path": "/tmp/x/files/files/environments/dev/local/kubernetes/cart/deployment-cart.yaml",
    "repo_file_path": "/files/files/environments/dev/local/kubernetes/cart/deployment-cart.yaml",
    "file_line_range": [2, 57],
    "resource": "Deployment.shop.cart",
    "guideline": None,
}
WORKFLOW = {
    "check_id": "CKV_GHA_1",
    "check_name": "Ensure ACTIONS_ALLOW_UNSECURE_COMMANDS isn't true",
    "check_result": {"result": "FAILED", "results_configuration": {}},
    "file_path": "/.github/workflows/ci.yaml",
    "file_abs_path": "/tmp/x/files/.github/workflows/ci.yaml",
    "repo_file_path": "/files/.github/workflows/ci.yaml",
    "file_line_range": [7, 12],
    "resource": "jobs(test)",
    "guideline": "https://docs.example.com/gha-1",
}


def report(framework: str, *failed: dict[str, Any], unread: int = 0) -> dict[str, Any]:
    summary = {"passed": 3, "failed": len(failed), "parsing_errors": unread}
    return {"check_type": framework, "results": {"failed_checks": list(failed)}, "summary": summary}


def test_checkov_tells_each_failed_check_once_with_its_place() -> None:
    nothing = {"passed": 0, "failed": 0, "parsing_errors": 0}
    documents = [
        nothing,
        report("kubernetes", FAILED),
        [report("kubernetes", FAILED), report("github_actions", WORKFLOW)],
    ]
    assert checkov.parse("\n".join(json.dumps(document, indent=4) for document in documents)) == [
        Finding(
            "files/.github/workflows/ci.yaml",
            "checkov/CKV_GHA_1",
            7,
            "jobs(test): Ensure ACTIONS_ALLOW_UNSECURE_COMMANDS isn't true",
            "https://docs.example.com/gha-1",
        ),
        Finding(
            "files/environments/dev/local/kubernetes/cart/deployment-cart.yaml",
            "checkov/CKV_K8S_43",
            2,
            "Deployment cart: Image should use digest",
            "look at spec/template/spec/containers/[0]/image",
        ),
    ]


@pytest.mark.parametrize(
    ("stdout", "message"),
    [
        ("Traceback", "its output is not JSON: Traceback"),
        (json.dumps(report("kubernetes", unread=2)), "it could not read 2 of the files of kubernetes"),
        (json.dumps({"check_type": "kubernetes", "results": {}}), "a report lacks 'summary'"),
        ("[1]", "a report is not an object"),
    ],
)
def test_what_checkov_does_not_tell_is_no_pass(stdout: str, message: str) -> None:
    with pytest.raises(Malformed) as refused:
        checkov.parse(stdout)
    assert str(refused.value) == message


def test_checkov_is_given_roles_by_folder_and_other_files_alone() -> None:
    folder = "clusters/local/argocd"
    role, binding, deployment = (f"{folder}/{name}-a.yaml" for name in ("clusterrole", "rolebinding", "deployment"))
    assert checkov.groups([role, deployment, binding]) == {
        Group(f"rights/{folder}", folder): [role, binding],
        Group("files", deployment): [deployment],
    }


def test_checkov_runs_once_for_all_folders() -> None:
    command = checkov.arguments(["files", "rights/a"], ["files/x.yaml"], "/policies")
    assert command[-6:] == ["--external-checks-dir", "/policies", "-d", "files", "-d", "rights/a"]
    assert {"--skip-download", "--soft-fail"} <= set(command)
    assert "--external-checks-dir" not in checkov.arguments(["files"], [], "")


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-01 00:00:00,000 [MainThread  ] [ERROR]  Failed to run check JOURNEY_X on /a.yaml:Deployment.a",
        "2026-01-01 00:00:00,000 [MainThread  ] [WARNI]  Kubernetes skipping a.yaml as it is not a valid template",
        "Traceback (most recent call last):",
    ],
)
def test_what_checkov_logs_of_a_crash_is_heard(line: str) -> None:
    assert checkov.CHECKOV.complaint is not None
    assert checkov.CHECKOV.complaint.search(f"first\n{line}\n")
    assert not checkov.CHECKOV.complaint.search("all is well\n")


def test_actionlint_tells_its_errors() -> None:
    stdout = '[{"message":"label is unknown","filepath":"files/ci.yaml","line":4,"column":14,"kind":"runner-label"}]\n'
    assert actionlint.parse(stdout) == [Finding("files/ci.yaml", "actionlint/runner-label", 4, "label is unknown")]
    assert actionlint.parse("[]\n") == []


def test_actionlint_calls_no_other_program() -> None:
    command = actionlint.arguments(["files"], ["files/ci.yaml"], "")
    assert {"-shellcheck=", "-pyflakes="} <= set(command)
    assert command[-1] == "files/ci.yaml"


def test_hadolint_tells_its_findings_with_where_to_read_more() -> None:
    found = [
        {"code": code, "column": 1, "file": "files/apps/a/Dockerfile", "level": "warning", "line": 3, "message": code}
        for code in ("SC2086", "DL3006")
    ]
    assert hadolint.parse(json.dumps(found)) == [
        Finding("files/apps/a/Dockerfile", f"hadolint/{code}", 3, code, page)
        for code, page in (
            ("DL3006", "https://github.com/hadolint/hadolint/wiki/DL3006"),
            ("SC2086", "https://www.shellcheck.net/wiki/SC2086"),
        )
    ]
    with pytest.raises(Malformed, match="its output is not a list of findings: no"):
        hadolint.parse("no")


def test_hadolint_judges_dockerfiles_and_lets_no_comment_excuse_them() -> None:
    judged = [
        path
        for path in ("apps/a/Dockerfile", "apps/a/Dockerfile.dockerignore", "a.yaml")
        if hadolint.HADOLINT.judges.fullmatch(path)
    ]
    assert judged == ["apps/a/Dockerfile"]
    assert "--disable-ignore-pragma" in hadolint.arguments(["files"], ["files/apps/a/Dockerfile"], "")


def test_zizmor_tells_its_findings_at_their_primary_place() -> None:
    def place(kind: str, row: int) -> dict[str, Any]:
        symbolic = {
            "kind": kind,
            "annotation": "workflow_run is risky",
            "key": {"Local": {"verbatim_path": "files/c.yaml"}},
        }
        return {"symbolic": symbolic, "concrete": {"location": {"start_point": {"row": row, "column": 2}}}}

    found = {
        "ident": "dangerous-triggers",
        "desc": "use of an insecure trigger",
        "url": "https://docs.zizmor.sh/audits/#dangerous-triggers",
        "locations": [place("Hidden", 2), place("Primary", 3)],
    }
    assert zizmor.parse(json.dumps([found])) == [
        Finding(
            "files/c.yaml",
            "zizmor/dangerous-triggers",
            4,
            "use of an insecure trigger: workflow_run is risky",
            "https://docs.zizmor.sh/audits/#dangerous-triggers",
        )
    ]


def test_cfn_lint_tells_its_findings_with_their_rules() -> None:
    found = {
        "Filename": "files/vpc.yaml",
        "Location": {"Start": {"LineNumber": 7, "ColumnNumber": 3}},
        "Message": "Additional properties are not allowed ('EnableDns' was unexpected)",
        "Rule": {"Id": "E3002", "Source": "https://example.com/rules"},
    }
    (told,) = cfn_lint.parse(json.dumps([found]))
    assert (told.path, told.rule, told.line, told.advice) == (
        "files/vpc.yaml",
        "cfn-lint/E3002",
        7,
        "https://example.com/rules",
    )
    assert told.message == found["Message"]


def test_zizmor_takes_no_exceptions_but_those_of_the_spec() -> None:
    assert {"--no-config", "--no-ignores", "--offline"} <= set(zizmor.arguments([], ["a"], ""))


@pytest.mark.parametrize("parse", [actionlint.parse, zizmor.parse, cfn_lint.parse])
@pytest.mark.parametrize("stdout", ["", "{", "[{}]", '{"a": 1}', "[1]"])
def test_output_of_another_form_is_refused(parse: Any, stdout: str) -> None:
    with pytest.raises(Malformed, match=r"^its output is not a list of (errors|findings): "):
        parse(stdout)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("environments/dev/local/kubernetes/cart/deployment-cart.yaml", ["checkov"]),
        ("clusters/local/argocd/role-a.yaml", ["checkov"]),
        (".github/workflows/ci.yaml", ["checkov", "actionlint", "zizmor"]),
        (".github/dependabot.yml", []),
        ("schemas/service.schema.json", []),
        ("environments/dev/cloud/cloudformation/bootstrap/template.yaml", ["checkov", "cfn-lint"]),
        ("environments/dev/cloudformation/network/template.yaml", ["checkov", "cfn-lint"]),
        ("modules/cloudformation/network/vpc.yaml", ["checkov", "cfn-lint"]),
        ("modules/terraform/network/main.tf", ["checkov"]),
        ("environments/dev/cloud/terraform/network/main.tf", ["checkov"]),
        ("environments/dev/cloud/kubernetes/cloudformation/service.yaml", ["checkov"]),
    ],
)
def test_each_program_is_given_what_it_judges(path: str, names: list[str]) -> None:
    from journey.checks.outside import CHECKERS

    assert [checker.name for checker in CHECKERS if checker.judges.fullmatch(path)] == names
