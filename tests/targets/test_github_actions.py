"""GitHub Actions: what each workflow may do and runs, and the repository's own files, by a platform on one screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from journey.artifact import Artifact, Format, Unit
from journey.checks import workflows as schema_of_workflows
from journey.facts import github, rendered
from journey.facts.actions import ACTIONS
from journey.formats import encode
from journey.problem import Pointer
from journey.spec.view import Engine, View
from journey.targets import github_actions
from journey.targets.github_actions import zizmor
from journey.targets.github_actions.registry import host

PLATFORM: dict[str, Any] = {
    "name": "acme",
    "domain": "example.com",
    "registry": "ghcr.io/acme",
    "repository": {"url": "https://github.com/acme/platform.git"},
    "teams": {
        "platform": {"owners": ["@acme/platform"], "contact": "platform@example.com"},
        "identity": {"owners": ["@acme/identity", "@acme/security"], "contact": "identity@example.com"},
    },
    "clusters": {
        "local": {"provider": "local", "kubernetes": "1.34"},
        "prod-eu": {
            "provider": "aws",
            "region": "eu-west-1",
            "kubernetes": "1.33",
            "iac": "terraform",
            "network": "10.1.0.0/16",
            "nodePools": {"general": {"size": "m7g.large", "zones": ["eu-west-1a", "eu-west-1b"]}},
        },
    },
    "environments": {
        "dev": {"clusters": ["local"]},
        "prod": {"clusters": ["prod-eu"], "promotesFrom": "dev", "sync": "approval"},
    },
    "datastores": {"main": {"engine": "postgresql", "version": "15", "team": "platform", "secret": "main"}},
}
SERVICES: dict[str, dict[str, Any]] = {
    "apps/auth/service.yaml": {"team": "identity", "runtime": "python"},
    "apps/shop/service.yaml": {"team": "platform", "runtime": "node"},
}


def view_of(**changes: Any) -> View:
    documents: dict[str, Any] = {"platform.yaml": {**PLATFORM, **changes}, **SERVICES}
    documents["services"] = {file.split("/")[1]: file for file in SERVICES}
    return View(Engine(documents))


def artifacts(view: View) -> dict[str, Artifact]:
    found = [artifact for unit in github_actions.units(view) for artifact in github_actions.render(unit, view)]
    return {artifact.path: artifact for artifact in found}


def text(path: str, **changes: Any) -> str:
    artifact = artifacts(view_of(**changes))[path]
    return encode(artifact.format, artifact.content).decode()


def workflows(view: View) -> dict[str, Any]:
    return {name: content(view) for name, content in github_actions.WORKFLOWS.items()}


def workflow(name: str, **changes: Any) -> Any:
    return workflows(view_of(**changes))[name]


def steps(content: Any, job: str) -> list[Any]:
    found: list[Any] = content["jobs"][job]["steps"]
    return found


def make_targets(content: Any, job: str) -> list[str]:
    return [step["run"].removeprefix("make ") for step in steps(content, job) if "run" in step]


def every_step() -> Iterator[tuple[str, Any]]:
    for name, content in workflows(view_of()).items():
        for job in content["jobs"]:
            yield from ((f"{name}.{job}", step) for step in steps(content, job))


def test_each_file_has_a_unit_and_an_owned_place() -> None:
    paths = list(artifacts(view_of()))
    assert paths == [
        ".github/workflows/ci.yaml",
        ".github/workflows/comment.yaml",
        ".github/workflows/build.yaml",
        ".github/workflows/charts.yaml",
        ".github/workflows/infrastructure.yaml",
        ".github/workflows/promote.yaml",
        ".github/workflows/drift.yaml",
        ".github/workflows/security.yaml",
        ".github/workflows/refresh.yaml",
        ".github/workflows/attest.yaml",
        ".github/CODEOWNERS",
        ".gitattributes",
        ".github/dependabot.yml",
        ".github/zizmor.yml",
    ]
    owned = [path for path in paths if path.startswith(github_actions.FOLDERS) or path in github_actions.PATTERNS]
    assert owned == paths
    assert [path for path in paths if not rendered.is_rendered(path)] == []


def test_the_yaml_reads_back_as_the_tree() -> None:
    for path, artifact in artifacts(view_of()).items():
        if path.endswith((".yaml", ".yml")):
            assert yaml.safe_load(encode(artifact.format, artifact.content)) == artifact.content, path


def test_the_workflows_fit_their_schema() -> None:
    for name, content in workflows(view_of()).items():
        artifact = Artifact(f".github/workflows/{name}.yaml", Format.YAML, content, Pointer("platform.yaml"))
        assert list(schema_of_workflows.inspect_unit(Unit(github_actions.NAME, name=name), [artifact], None)) == []


def test_an_action_is_pinned_by_the_commit_of_the_version_behind_it() -> None:
    used = set(re.findall(r"uses: (\S+) # (\S+)", text(".github/workflows/build.yaml")))
    assert (f"actions/checkout@{ACTIONS['actions/checkout'].commit}", ACTIONS["actions/checkout"].version) in used
    assert {version for _, version in used} <= {action.version for action in ACTIONS.values()}


def test_jobs_have_names_of_their_own_across_workflows() -> None:
    names = [job["name"] for content in workflows(view_of()).values() for job in content["jobs"].values()]
    assert sorted(names) == sorted(set(names))


def test_required_checks_are_jobs_that_run_on_pull_requests() -> None:
    ran = [workflow("ci"), workflow("security")]
    names = [job["name"] for content in ran for job in content["jobs"].values() if "if" not in job]
    assert [name for name in github.REQUIRED if name not in names] == []
    assert all({"pull_request", "merge_group"} <= set(content["on"]) for content in ran)


@pytest.mark.parametrize("name", ["ci", "security"])
def test_what_forks_run_has_no_secret(name: str) -> None:
    assert "secrets." not in text(f".github/workflows/{name}.yaml")


def test_ci_reports_also_when_its_checks_fail() -> None:
    check = steps(workflow("ci"), "check")
    assert [(step["name"], step.get("if")) for step in check[2:]] == [
        ("Check what is rendered", None),
        ("Fail on what is not acknowledged", "${{ github.event_name != 'push' && !cancelled() }}"),
        ("Report", "${{ !cancelled() }}"),
        ("Keep the report", "${{ !cancelled() }}"),
    ]
    assert check[-1]["with"]["path"] == "build/report"
    others = [make_targets(workflow("ci"), job) for job in ("test", "lint", "attestation")]
    assert others == [["test"], ["lint"], ["attest"]]


def test_comment_runs_code_of_the_default_branch_and_writes_pull_requests_alone() -> None:
    comment = workflow("comment")
    job = comment["jobs"]["comment"]
    assert comment["on"] == {"workflow_run": {"workflows": ["ci"], "types": ["completed"]}}
    assert job["permissions"] == {"contents": "read", "actions": "read", "pull-requests": "write"}
    assert job["steps"][0]["with"] == {
        "persist-credentials": False,
        "ref": "${{ github.event.repository.default_branch }}",
    }
    assert job["steps"][3]["env"]["HEAD"] == "${{ github.event.workflow_run.head_sha }}"


def test_the_trigger_of_comment_is_a_recorded_skip() -> None:
    assert text(".github/zizmor.yml").splitlines()[1:] == [
        "rules:",
        "  dangerous-triggers:",
        "    ignore:",
        f"    - comment.yaml # {zizmor.REASON}",
    ]


def test_build_tags_only_what_was_scanned_signed_and_attested() -> None:
    assert [step["name"] for step in steps(workflow("build"), "image")[3:]] == [
        "Build",
        "Scan",
        "List its parts",
        "Sign in to the registry",
        "Push by digest",
        "Install cosign",
        "Sign",
        "Attest how it was built",
        "Tag",
        "Record the release",
        "Keep the release",
    ]
    assert steps(workflow("build"), "image")[4]["with"]["severity-cutoff"] == "critical"


def test_only_the_release_job_holds_the_apps_key_and_only_the_image_job_pushes() -> None:
    jobs = workflow("build")["jobs"]
    assert [name for name, job in jobs.items() if "secrets." in str(job)] == ["release"]
    assert [name for name, job in jobs.items() if "packages" in job["permissions"]] == ["image"]
    assert jobs["release"]["environment"] == "release"


@pytest.mark.parametrize(("name", "first"), [("build", "changes"), ("refresh", "find")])
def test_a_run_by_hand_on_another_branch_does_nothing(name: str, first: str) -> None:
    repository = {"url": "https://github.com/acme/platform.git", "branch": "it's"}
    jobs = workflow(name, repository=repository)["jobs"]
    assert jobs[first]["if"] == "github.ref == 'refs/heads/it''s'"
    assert all("!= '' && " in job["if"] for key, job in jobs.items() if key != first)


def test_a_release_is_one_pull_request_a_service_that_the_newest_replaces() -> None:
    build = workflow("build")
    assert build["concurrency"] == {"group": "build-${{ github.ref }}", "cancel-in-progress": False}
    opened = steps(build, "release")[-1]["with"]
    assert opened["branch"] == "release/${{ matrix.service }}"
    assert opened["token"] == "${{ steps.app.outputs.token }}"
    assert make_targets(build, "release") == ["ci-release", "render"]


@pytest.mark.parametrize(
    ("registry", "expected", "granted"),
    [
        (
            "ghcr.io/acme",
            [{"registry": "ghcr.io", "username": "${{ github.actor }}", "password": "${{ github.token }}"}],
            True,
        ),
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme",
            [
                {"role-to-assume": "${{ vars.BUILD_ROLE }}", "aws-region": "eu-west-1"},
                {"registry": "123456789012.dkr.ecr.eu-west-1.amazonaws.com"},
            ],
            False,
        ),
        (
            "registry.example.com/acme",
            [
                {
                    "registry": "registry.example.com",
                    "username": "${{ vars.REGISTRY_USER }}",
                    "password": "${{ secrets.REGISTRY_TOKEN }}",
                }
            ],
            False,
        ),
    ],
)
def test_build_signs_in_as_the_registry_asks(registry: str, expected: list[Any], granted: bool) -> None:
    job = workflow("build", registry=registry)["jobs"]["image"]
    actions = ("docker/login-action@", "aws-actions/configure-aws-credentials@")
    assert [step["with"] for step in job["steps"] if step.get("uses", "").startswith(actions)] == expected
    assert ("packages" in job["permissions"]) is granted


@pytest.mark.parametrize(
    ("registry", "expected"),
    [("ghcr.io/acme", "ghcr.io"), ("localhost/acme", "localhost"), ("r:5000/a", "r:5000"), ("acme", "docker.io")],
)
def test_the_host_of_a_registry(registry: str, expected: str) -> None:
    assert host(registry) == expected


def test_codeql_reads_the_languages_of_the_services() -> None:
    assert steps(workflow("security"), "code")[2]["with"]["languages"] == "actions,javascript-typescript,python"


def test_released_images_are_scanned_where_no_pull_request_asks() -> None:
    jobs = workflow("security")["jobs"]
    assert jobs["released"]["if"] == "github.event_name == 'push' || github.event_name == 'schedule'"
    assert (jobs["images"]["needs"], jobs["images"]["permissions"]) == (
        ["released"],
        {"contents": "read", "packages": "read"},
    )


def test_refresh_merges_without_a_secret_and_pushes_with_the_base_checked_out() -> None:
    jobs = workflow("refresh")["jobs"]
    assert "secrets." not in str(jobs["merge"]) and "github.token" not in str(jobs["merge"])
    assert jobs["merge"]["permissions"] == {"contents": "read"}
    assert jobs["push"]["steps"][0]["with"]["ref"] == "main"
    assert (make_targets(workflow("refresh"), "merge"), make_targets(workflow("refresh"), "push")) == (
        ["ci-merge"],
        ["ci-push"],
    )


def test_promote_offers_the_environments_that_are_promoted_to() -> None:
    content = workflow("promote")
    assert content["on"]["workflow_dispatch"]["inputs"]["to"]["options"] == ["prod"]
    assert content["jobs"]["promote"]["environment"] == "${{ inputs.to }}"
    assert list(content["jobs"]["promote"]["steps"][3]["env"]) == ["TO", "SERVICES", "GITHUB_TOKEN"]


def test_there_is_no_workflow_about_nothing() -> None:
    alone = view_of(
        clusters={"local": {"provider": "local", "kubernetes": "1.34"}},
        environments={"dev": {"clusters": ["local"]}},
        targets=["kubernetes"],
    )
    assert not {"charts", "promote", "drift", "infrastructure"} & {unit.name for unit in github_actions.units(alone)}


def test_each_commit_of_the_branch_is_attested_by_the_jobs_identity() -> None:
    content = workflow("attest")
    assert content["on"] == {"push": {"branches": ["main"]}}
    job = content["jobs"]["attest"]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make attest", "make ci-attest"]
    assert github.ATTESTATION in github.REQUIRED and workflow("ci")["jobs"][github.ATTESTATION]["name"] == "attestation"


def test_promote_looks_at_gates_by_itself_where_an_environment_says_so() -> None:
    prod = {**PLATFORM["environments"]["prod"], "automatic": True}
    content = workflow("promote", environments={**PLATFORM["environments"], "prod": prod})
    assert content["on"]["schedule"] == [{"cron": "17,47 * * * *"}]
    jobs = content["jobs"]
    assert jobs["promote"]["if"] == "github.event_name == 'workflow_dispatch'"
    assert jobs["automatic"]["if"] == "github.event_name == 'schedule' && github.ref == 'refs/heads/main'"
    assert jobs["automatic"]["steps"][3]["run"] == "make promote-automatic"
    assert content["concurrency"]["group"] == "promote-${{ inputs.to || 'automatic' }}"


def test_promote_is_told_where_the_gates_of_some_environment_ask() -> None:
    prod = {**PLATFORM["environments"]["prod"], "gates": {"healthy": True, "alerts": True}}
    env = workflow("promote", environments={**PLATFORM["environments"], "prod": prod})["jobs"]["promote"]["steps"][3][
        "env"
    ]
    assert {name: env[name] for name in list(env)[3:]} == {
        "ARGOCD_SERVER": "${{ vars.ARGOCD_SERVER }}",
        "ARGOCD_AUTH_TOKEN": "${{ secrets.ARGOCD_AUTH_TOKEN }}",
        "PROMETHEUS_URL": "${{ vars.PROMETHEUS_URL }}",
    }


def test_drift_asks_each_cluster_that_a_runner_can_sign_in_to() -> None:
    jobs = workflow("drift")["jobs"]
    assert list(jobs) == ["drift-prod-eu"]
    assert jobs["drift-prod-eu"]["steps"][2]["with"]["role-to-assume"] == "${{ vars.DRIFT_ROLE_PROD_EU }}"
    assert jobs["drift-prod-eu"]["steps"][3]["env"] == {"CLUSTER": "prod-eu"}


def test_infrastructure_plans_for_own_branches_and_applies_with_approval() -> None:
    jobs = workflow("infrastructure")["jobs"]
    assert list(jobs) == ["plan-prod-prod-eu", "apply-prod-prod-eu"]
    assert "head.repo.full_name == github.repository" in jobs["plan-prod-prod-eu"]["if"]
    assert "environment" not in jobs["plan-prod-prod-eu"]
    assert jobs["apply-prod-prod-eu"]["environment"] == "prod"


def test_charts_are_published_from_the_branch() -> None:
    content = workflow("charts")
    assert content["on"] == {"push": {"branches": ["main"], "paths": ["charts/**"]}}
    assert content["jobs"]["publish"]["steps"][-1]["env"] == {"REGISTRY": "ghcr.io/acme/charts"}


def test_code_owners_name_the_reviewers_of_the_spec() -> None:
    assert text(".github/CODEOWNERS").splitlines()[1:] == [
        "/platform.yaml @acme/platform",
        "/promoted/ @acme/platform",
        "/.github/ @acme/platform",
        "/apps/auth/service.yaml @acme/identity @acme/security",
        "/apps/auth/promoted/ @acme/identity @acme/security",
        "/apps/shop/service.yaml @acme/platform",
        "/apps/shop/promoted/ @acme/platform",
    ]


def test_without_datastores_and_addons_every_team_reviews_what_is_shared() -> None:
    assert text(".github/CODEOWNERS", datastores={}).splitlines()[1] == (
        "/platform.yaml @acme/platform @acme/identity @acme/security"
    )


def test_rendered_files_are_marked() -> None:
    lines = text(".gitattributes").splitlines()
    assert "/environments/** linguist-generated=true text eol=lf merge=journey-rendered" in lines
    assert "/.github/CODEOWNERS linguist-generated=true text eol=lf merge=journey-rendered" in lines
    assert "**/service.yaml merge=journey-spec" in lines


def test_dependabot_updates_what_people_pin() -> None:
    updates = yaml.safe_load(text(".github/dependabot.yml"))["updates"]
    assert [(entry["package-ecosystem"], entry["directories"]) for entry in updates] == [
        ("pip", ["/"]),
        ("npm", ["/apps/shop"]),
    ]


def test_every_step_says_what_it_does() -> None:
    assert [where for where, step in every_step() if not step.get("name")] == []
