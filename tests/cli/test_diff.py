"""`journey diff` as a person runs it, on a repository with commits."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from journey.changes.diff import told
from journey.changes.diff.report import Diff, diff
from journey.ci.refused import Refused
from tests.cli.conftest import Journey
from tests.explain.shop import API, WEB

SERVICE = "apps/web/service.yaml"


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Repository:
    """A platform with commits; `edit` makes one more."""

    def __init__(self, root: Path, journey: Journey) -> None:
        self.root = root
        self.journey = journey

    def edit(self, *edits: tuple[str, str, str]) -> None:
        for file, old, new in edits:
            path = self.root / file
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new))
        self.commit()

    def commit(self) -> None:
        ran = self.journey("render")
        assert ran.code == 0, ran.out
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "edit")


@pytest.fixture
def repository(shop: Path, journey: Journey) -> Repository:
    (shop / SERVICE).write_text(WEB)
    (shop / "apps/api/service.yaml").write_text(API)
    git(shop, "init", "-q", "-b", "main")
    found = Repository(shop, journey)
    found.commit()
    return found


def test_an_edit_is_told_with_what_it_changes(repository: Repository, journey: Journey) -> None:
    repository.edit((SERVICE, "scaling: {min: 3}", "scaling: {min: 4}"))
    ran = journey("diff")
    assert ran.code == 0
    assert ran.out.splitlines()[1:] == [
        "apps/web/service.yaml:13:15 environments.prod.scaling.min: 3 -> 4",
        *ran.out.splitlines()[2:],
    ]
    assert "    Deployment spec.replicas: 3 -> 4 (web in prod/east, prod/west)" in ran.out.splitlines()
    assert journey("diff", "HEAD~1..HEAD").out == ran.out
    assert journey("diff", "HEAD~1").out == ran.out


def test_two_edits_are_told_apart_and_a_hash_is_folded(repository: Repository, journey: Journey) -> None:
    repository.edit((SERVICE, "GREETING: hello", "GREETING: moin"), ("apps/api/service.yaml", "9000", "9001"))
    ran = journey("diff", "--format", "json")
    causes = json.loads(ran.out)["causes"]
    by_edit = {tuple(edit["field"] for edit in cause["edits"]): cause for cause in causes}
    greeting = by_edit[("config.values.GREETING",)]
    assert greeting["folded"] > 0
    assert {field["new"] for field in greeting["fields"] if field["kind"] == "ConfigMap"} == {"moin"}
    assert all(field["service"] == "web" for field in greeting["fields"])
    assert any(field["kind"] == "NetworkPolicy" for field in by_edit[("ports.http.port",)]["fields"])


def test_what_no_edit_explains_is_the_generators(repository: Repository, journey: Journey) -> None:
    path = repository.root / "environments/dev/local/kubernetes/web/service-web.yaml"
    path.write_text(path.read_text().replace("port: 80", "port: 81"))
    git(repository.root, "commit", "-qam", "by hand")
    ran = journey("diff")
    assert "generators: no edit of the spec explains it" in ran.out
    repository.commit()
    assert journey("diff", "HEAD~2..HEAD").out == "nothing that is rendered differs\n"


def test_an_edit_without_effect_is_told(repository: Repository, journey: Journey) -> None:
    repository.edit(("platform.yaml", "contact: web@example.com", "contact: www@example.com"))
    assert "1 edit without effect on anything rendered" in journey("diff").out


def test_a_service_that_goes_is_its_files_cause(repository: Repository, journey: Journey) -> None:
    repository.edit((SERVICE, "needs:\n- service: api\n", ""))
    (repository.root / "apps/api/service.yaml").unlink()
    repository.commit()
    out = journey("diff").out
    assert "apps/api/service.yaml:1:1: removed" in out
    assert "ServiceAccount: removed (api in prod/east, prod/west)" in out


def test_a_default_is_told_once_with_its_exceptions(repository: Repository, journey: Journey) -> None:
    repository.edit(("platform.yaml", "targets:", "defaults:\n  scaling: {min: 2}\ntargets:"))
    out = journey("diff", "--target", "kubernetes").out
    rows = [line for line in out.splitlines() if line.startswith("    Deployment spec.replicas:")]
    assert len(rows) == 1
    assert "web in dev/local" in rows[0]


def test_the_scope_narrows_and_a_misspelt_one_is_refused(repository: Repository, journey: Journey) -> None:
    repository.edit((SERVICE, "GREETING: hello", "GREETING: moin"))
    assert "prod" not in journey("diff", "--env", "dev").out
    assert journey("diff", "--service", "api").out.startswith("nothing that is rendered differs")
    ran = journey("diff", "--env", "pord", "--target", "helmet")
    assert ran.code == 2
    assert "there is no environment `pord` in either revision" in ran.err
    assert "there is no target `helmet` in either revision" in ran.err


def test_findings_stand_on_the_edits(repository: Repository, journey: Journey) -> None:
    repository.edit((SERVICE, "scaling: {min: 3}", "scaling: {min: 4}"))
    [result] = json.loads(journey("diff", "--format", "sarif").out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 13
    assert journey("diff", "--format", "github").out.startswith("::notice file=apps/web/service.yaml,line=13,")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("nowhere", "there is no revision `nowhere`; git log and git branch -a list them"),
        ("a...b", "`a...b` is no range of revisions; write REV..REV, or REV for REV..HEAD"),
        ("..", "`..` is no range of revisions; write REV..REV, or REV for REV..HEAD"),
        ("--output=x", None),
    ],
)
def test_revisions_that_are_not_there_are_refused(
    repository: Repository, journey: Journey, said: str, message: str | None
) -> None:
    ran = journey("diff", "--", said)
    assert ran.code != 0
    assert "Traceback" not in ran.err
    if message:
        assert message in ran.err


def test_what_is_not_committed_is_refused(repository: Repository, journey: Journey) -> None:
    (repository.root / SERVICE).write_text(WEB.replace("hello", "moin"))
    assert f"{SERVICE} is not committed; commit it, or name both revisions: REV..HEAD" in journey("diff").err
    assert journey("diff", "HEAD..HEAD").out == "nothing that is rendered differs\n"


def test_an_unmerged_index_is_refused(repository: Repository, journey: Journey) -> None:
    git(repository.root, "checkout", "-q", "-b", "other")
    repository.edit((SERVICE, "hello", "moin"))
    git(repository.root, "checkout", "-q", "main")
    repository.edit((SERVICE, "hello", "hey"))
    with pytest.raises(subprocess.CalledProcessError):
        git(repository.root, "merge", "other")
    assert "is not merged; finish the merge, or name both revisions: REV..HEAD" in journey("diff").err


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    repository.edit((SERVICE, "hello", "moin"))
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository.root}", "clone")
    with pytest.raises(Refused, match="there is no revision `HEAD~1`") as refused:
        diff(str(tmp_path / "clone"), "HEAD~1..HEAD")
    assert refused.value.problem.hint.startswith("this clone is shallow: git fetch --deepen=100")
    git(tmp_path / "clone", "fetch", "-q", "--deepen=1")
    assert diff(str(tmp_path / "clone"), "HEAD~1..HEAD").groups


def test_a_revision_whose_spec_is_invalid_gives_its_problems(repository: Repository, journey: Journey) -> None:
    path = repository.root / SERVICE
    path.write_text(WEB.replace("team: web", "team: nobody"))
    git(repository.root, "commit", "-qam", "broken")
    path.write_text(WEB)
    git(repository.root, "commit", "-qam", "mended")
    ran = journey("diff", "HEAD~1..HEAD")
    commit = git(repository.root, "rev-parse", "HEAD~1")[:10]
    assert ran.code == 1
    assert f"in {commit}: there is no team `nobody`" in ran.out


def test_a_branch_is_compared_from_where_it_left(repository: Repository, journey: Journey) -> None:
    git(repository.root, "checkout", "-q", "-b", "topic")
    repository.edit((SERVICE, "hello", "moin"))
    repository.edit(("apps/api/service.yaml", "9000", "9001"))
    assert "config.values.GREETING" in journey("diff").out
    assert "config.values.GREETING" not in journey("diff", "HEAD~1").out


def test_outside_a_repository_it_is_refused(shop: Path, journey: Journey) -> None:
    assert "this is no git repository; run it in a clone" in journey("diff").err


def test_markdown_fits_whatever_room_there_is(repository: Repository) -> None:
    repository.edit((SERVICE, "hello", "moin"), ("apps/api/service.yaml", "9000", "9001"))
    found: Diff = diff(str(repository.root))
    whole = told.markdown(found)
    assert whole.startswith("**")
    assert "more lines do not fit" not in whole
    for room in (400, 600, 1000):
        text = told.markdown(found, room)
        assert len(text) <= room
        assert "more lines do not fit here: `journey diff` shows them." in text
