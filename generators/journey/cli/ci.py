"""`journey ci`: the steps of the workflows that are more than an action; `make ci-X` runs `journey ci X`.

Each reads what it is told from the environment, so that a value from outside is never part of a command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from journey.changes.diff import told as diffs
from journey.changes.impact.between import Change
from journey.ci import affected, charts, comment, images, infrastructure, outputs, publish, refresh, release, report
from journey.ci.findings import critical
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.cli import report as reports
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.problem import Place, Problem
from journey.tree.model import shown

P = ParamSpec("P")

RECORD = Path("build/release")
REPORT = Path("build/report")
BUNDLE = Path("build/refresh")


@click.group("ci")
def command() -> None:
    """Steps of the workflows; each reads its values from the environment."""


def told(name: str, *, required: bool = True, default: str | None = None) -> Callable[[Any], Any]:
    """An option that the environment gives: HEAD is `--head`."""
    option = f"--{name.lower().replace('_', '-')}"
    if default is not None:
        return click.option(option, name.lower(), envvar=name, default=default)
    return click.option(option, name.lower(), envvar=name, required=required)


def step(function: Callable[P, int]) -> Callable[P, int]:
    """Print what was refused as a Problem."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> int:
        from journey.live.github import GitHubError

        try:
            return function(*args, **kwargs)
        except Refused as refused:
            return _tell([refused.problem])
        except GitHubError as error:
            return _tell(
                [Problem(Place(""), "ci/github", str(error), "look at the token's rights and at GitHub's status")]
            )

    return run


def _tell(problems: list[Problem]) -> int:
    for problem in problems:
        where = f"{problem.where}: " if problem.where.file else ""
        click.echo(f"{where}{problem.rule}: {problem.message}", err=True)
        if problem.hint:
            click.echo(f"    {problem.hint}", err=True)
    return EXIT_PROBLEMS if problems else 0


def _git(shared: Shared) -> Git:
    return Git(Path(shared.root), os.environ)


def _services(shared: Shared) -> list[affected.Service]:
    from journey.pipeline import open_spec

    return images.buildable(open_spec(shared.root)[0].view)


def _output(file: str | None, name: str, value: object) -> None:
    """For later jobs; on the terminal where no workflow runs."""
    if file:
        outputs.append(Path(file), name, value)
    click.echo(outputs.line(name, value), nl=False)


def _github(name: str, token: str, api: str) -> Any:
    from journey.live.github import GitHub

    owner, _, repository = name.partition("/")
    return GitHub(owner, repository, token, api)


@command.command("report")
@told("BASE", default="")
@told("HEAD", default="HEAD")
@click.pass_obj
@step
def report_(shared: Shared, base: str, head: str) -> int:
    """Write what the checks find, and what a change does to rendered files, as an artifact."""
    from journey import pipeline, tree
    from journey.pipeline.exempt import exempt

    found = pipeline.run(pipeline.Options(shared.root), write=False)
    off = [] if found.plan is None else [str(item) for item in exempt(found.sources)]
    stale = tree.stale(found.plan, "make render") if found.plan is not None else ()
    problems = [
        problem._replace(where=found.sources.place(problem.where))
        for problem in reports.traced(shared.root, list(dict.fromkeys([*found.problems, *stale])))
    ]
    folder = Path(shared.root) / REPORT
    folder.mkdir(parents=True, exist_ok=True)
    made = report.compose(problems, report.counts(_git(shared), base, head), off)
    change = None if found.failed else _change(shared, base, head)
    if change is not None and not change.invalid:
        impact, diff = list(_impact_lines(change)), list(diffs.lines(change.diff))
        made = report.carrying(made, impact, diff)
        for name, lines in (("impact", impact), ("diff", diff)):
            text = "".join(f"{'  ' * max(depth - 1, 0)}{shown(line)}\n" for depth, line in lines)
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / report.FILE).write_bytes(report.encode(made))
    return 0


def _change(shared: Shared, base: str, head: str) -> Change | None:
    """What the change does; None where its base is not known."""
    from journey.changes.impact.between import between

    span = _git(shared).branched(base, head)
    return None if span is None else between(shared.root, "..".join(span), datetime.now(UTC))


def _impact_lines(change: Change) -> Iterable[tuple[int, str]]:
    from journey.changes.impact import told

    return told.lines(change.answered, change.impact, change.problems)


@command.command("impact")
@told("BASE", default="")
@told("HEAD", default="HEAD")
@click.pass_obj
@step
def impact_(shared: Shared, base: str, head: str) -> int:
    """Fail on what a change does and does not acknowledge."""
    from journey.cli import impact

    change = _change(shared, base, head)
    if change is None:
        click.echo("the base is not known: nothing to compare with")
        return 0
    impact.tell(shared.root, change, "github" if os.environ.get("GITHUB_ACTIONS") else "text")
    return EXIT_PROBLEMS if change.barred else 0


@command.command("comment")
@told("HEAD")
@told("CONCLUSION", default="")
@told("RUN_URL", default="")
@told("GITHUB_REPOSITORY")
@told("GITHUB_TOKEN")
@told("GITHUB_API_URL", default="https://api.github.com")
@click.pass_obj
@step
def comment_(
    shared: Shared,
    head: str,
    conclusion: str,
    run_url: str,
    github_repository: str,
    github_token: str,
    github_api_url: str,
) -> int:
    """Say on the pull request of a commit what its report holds."""
    github = _github(github_repository, github_token, github_api_url)
    text = comment.body(_read_report(Path(shared.root) / REPORT / report.FILE), conclusion, run_url)
    for number in github.with_head(head):
        comment.say(github, number, text)
    return 0


def _read_report(path: Path) -> report.Report | None:
    try:
        with path.open("rb") as stream:
            return report.decode(stream.read(report.MOST_BYTES + 1))
    except OSError:
        return None
    except Refused as refused:
        _tell([refused.problem])
        return None


@command.command("changes")
@told("GITHUB_OUTPUT", required=False)
@click.pass_obj
@step
def changes_(shared: Shared, github_output: str | None) -> int:
    """Find the services whose image would be another one than their release."""
    found = affected.affected(_git(shared), _services(shared))
    _output(github_output, "services", affected.matrix(found))
    return 0


@command.command("images")
@told("GITHUB_OUTPUT", required=False)
@click.pass_obj
@step
def images_(shared: Shared, github_output: str | None) -> int:
    """List the images by digest that some environment runs."""
    from journey.pipeline import open_spec

    _output(github_output, "images", images.released(open_spec(shared.root)[0].view))
    return 0


@command.command("attest")
@step
def attest_() -> int:
    """Sign what `attest` wrote, by the job's identity."""
    publish.run(publish.sign_statement("build/attestation.json", "build/attestation.sigstore.json"), os.environ)
    return 0


@command.command("sign")
@told("IMAGE")
@told("DIGEST")
@told("SBOM")
@step
def sign_(image: str, digest: str, sbom: str) -> int:
    """Sign an image, and attest its parts to it."""
    publish.run(publish.sign(image, digest, sbom), os.environ)
    return 0


@command.command("tag")
@told("IMAGE")
@told("DIGEST")
@told("GITHUB_SHA")
@step
def tag_(image: str, digest: str, github_sha: str) -> int:
    """Give an image its version as a tag."""
    publish.run(publish.tag(image, digest, github_sha), os.environ)
    return 0


@command.command("record")
@told("SERVICE")
@told("DIGEST")
@told("GITHUB_SHA")
@click.pass_obj
@step
def record_(shared: Shared, service: str, digest: str, github_sha: str) -> int:
    """Write down what was built."""
    release.write(release.built(service, digest, github_sha), Path(shared.root) / RECORD)
    return 0


@command.command("release")
@told("SERVICE")
@click.pass_obj
@step
def release_(shared: Shared, service: str) -> int:
    """Write what was built into the service's spec."""
    found = release.read(Path(shared.root) / RECORD, service)
    file = next((item.file for item in _services(shared) if item.name == service), None)
    if file is None:
        raise Refused("ci/release", f"there is no service `{service}`", "it was taken out since it was built")
    release.apply(found, Path(shared.root) / file, _git(shared))
    return 0


@command.command("findings")
@told("FINDINGS")
@click.pass_obj
@step
def findings_(shared: Shared, findings: str) -> int:
    """Fail on critical findings of a scanner."""
    return _tell(critical(Path(shared.root) / findings))


@command.command("pull-requests")
@told("BRANCH")
@told("GITHUB_SHA")
@told("GITHUB_REPOSITORY")
@told("GITHUB_TOKEN")
@told("GITHUB_API_URL", default="https://api.github.com")
@told("GITHUB_OUTPUT", required=False)
@click.pass_obj
@step
def pull_requests_(
    shared: Shared,
    branch: str,
    github_sha: str,
    github_repository: str,
    github_token: str,
    github_api_url: str,
    github_output: str | None,
) -> int:
    """Find the pull requests that their base has left behind, and tell forks that no longer merge."""
    github = _github(github_repository, github_token, github_api_url)
    pulls = github.open_pull_requests(branch)
    for number in refresh.stuck_forks(pulls):
        comment.say(github, number, comment.fork_body(branch))
    _output(github_output, "pulls", refresh.behind(_git(shared), pulls, github_sha))
    return 0


@command.command("merge")
@told("HEAD")
@told("BASE")
@click.pass_obj
@step
def merge_(shared: Shared, head: str, base: str) -> int:
    """Merge the base into the pull request that is checked out, render, and keep the merge as a bundle."""

    def render() -> None:
        # by a new process: the merge may have brought other generators than those that run here
        publish.run([("make", "-C", shared.root, "render")], os.environ)

    git = _git(shared)
    if refresh.merge(git, head, base, render) is not None:
        refresh.bundle(git, head, base, Path(shared.root) / BUNDLE)
    return 0


@command.command("push")
@told("HEAD")
@told("BASE")
@told("BRANCH")
@told("GITHUB_TOKEN")
@click.pass_obj
@step
def push_(shared: Shared, head: str, base: str, branch: str, github_token: str) -> int:
    """Verify a merge that another job made, and push it."""
    from journey.live.push import push

    commit = refresh.verified(_git(shared), Path(shared.root) / BUNDLE / refresh.FILE, head, base)
    push(Path(shared.root), os.environ, commit, branch, github_token)
    return 0


@command.command("charts")
@told("REGISTRY")
@click.option("--plain-http", is_flag=True, envvar="PLAIN_HTTP", help="For a registry on this machine.")
@click.pass_obj
@step
def charts_(shared: Shared, registry: str, plain_http: bool) -> int:
    """Publish the rendered charts whose version the registry does not have."""
    folders = sorted(file.parent for file in Path(shared.root).glob("charts/*/Chart.yaml"))
    for found in charts.publish(folders, registry, plain_http):
        click.echo(f"{'published' if found.new else 'there already'} {found.reference} {found.digest}")
    return 0


@command.command("infrastructure")
@click.argument("act", type=click.Choice(["plan", "apply"]))
@told("ENVIRONMENT")
@told("CLUSTER")
@told("GITHUB_STEP_SUMMARY", required=False)
@click.pass_obj
@step
def infrastructure_(shared: Shared, act: str, environment: str, cluster: str, github_step_summary: str | None) -> int:
    """Plan or apply the Terraform stacks of a cluster, each after those whose outputs it reads, and summarise."""
    from journey.facts import terraform
    from journey.pipeline import open_spec

    view = open_spec(shared.root)[0].view
    if (environment, cluster) not in terraform.made(view):
        message = f"Terraform makes nothing for `{environment}` on `{cluster}`"
        raise Refused(
            "ci/terraform",
            message,
            "ENVIRONMENT and CLUSTER name a place on AWS that says `iac`",
        )
    folder = Path(shared.root, "environments", environment, cluster, "terraform")
    run = infrastructure.plan if act == "plan" else infrastructure.apply
    text = infrastructure.markdown({name: run(folder / name, os.environ) for name in terraform.stacks(view, cluster)})
    if github_step_summary:
        with Path(github_step_summary).open("a", encoding="utf-8") as stream:
            stream.write(text)
    click.echo(text, nl=False)
    return 0


@command.command("drift")
@told("CLUSTER")
@click.pass_context
def drift_(ctx: click.Context, cluster: str) -> Any:
    """Compare a cluster with its tree, as who is signed in to its cloud."""
    from journey.cli import drift

    return ctx.invoke(drift.command, cluster=cluster, sign_in=True, style="github")


@command.command("promote-automatic")
@click.pass_obj
def promote_automatic(shared: Shared) -> int:
    """Promote what passes every gate to the environments that say `automatic`, each by a pull request of its own."""
    from journey.cli import automatic

    return automatic.promote(shared.root, datetime.now(UTC))


@command.command("promote")
@told("TO")
@told("SERVICES", default="")
@click.pass_context
def promote_(ctx: click.Context, to: str, services: str) -> Any:
    """Open a pull request that promotes services (names with spaces between; none means all) to an environment."""
    from journey.cli import promote

    names = tuple(services.split())
    return ctx.invoke(promote.command, services=names, every=not names, target=to, pull_request=True, yes=True)
