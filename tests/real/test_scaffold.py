"""A new platform, judged by the outside programs before anybody has touched it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from journey.cli.main import main
from journey.pipeline import programs
from tests.scaffold.examples import uncommented

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parent.parent.parent
RELEASE = f"release: {{version: 1.0.0, digest: 'sha256:{'0' * 64}', commit: {'a' * 40}}}\n"
OF_GATEWAYS = "# With `gateway: gateway-api`"
"""The comment in the scaffolded `skips` above those that a shared gateway needs."""
UNNEEDED = '- {rule: CKV_K8S_49, path: "clusters/**", reason: No role has a wildcard yet.}\n'

Journey = Callable[..., tuple[int, str]]


@pytest.fixture
def journey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Journey:
    """Runs `journey` in a new platform's folder; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        assert isinstance(end.value.code, int)
        return end.value.code, "".join(capsys.readouterr())

    return run


def begin(journey: Journey, *answers: str) -> None:
    """A platform in the working folder, which uses the programs of this checkout."""
    assert journey("init", ".", "--domain", "example.com", *answers)[0] == 0
    link = Path(programs.FOLDER)
    link.parent.mkdir()
    link.symlink_to(ROOT / programs.BUILT)


def edit(file: str, change: Callable[[str], str]) -> None:
    path = Path(file)
    path.write_text(change(path.read_text()))


def judged(journey: Journey) -> list[str]:
    """What `check --all` prints of the rendered platform, without what it passed over; it must end clean."""
    assert journey("render")[0] == 0
    code, out = journey("check", "--all")
    assert code == 0, out
    return [line for line in out.splitlines() if not line.startswith("skipped ")]


@pytest.mark.parametrize(
    "answers",
    [
        ("--repository", "https://github.com/acme/platform.git"),
        ("--repository", "https://git.example.com/acme/platform.git", "--provider", "aws", "--environment", "dev"),
        ("--repository", "https://github.com/acme/platform.git", "--environment", "dev", "--environment", "prod"),
    ],
    ids=["github", "elsewhere", "promoted"],
)
def test_a_new_platform_is_clean(journey: Journey, answers: tuple[str, ...]) -> None:
    begin(journey, *answers)
    verdict, programs_said = judged(journey)
    assert verdict.endswith(" units in order") and " judged by outside programs" in programs_said


def test_it_stays_clean_with_its_first_release(journey: Journey) -> None:
    begin(journey, "--repository", "https://github.com/acme/platform.git")
    edit("apps/web/service.yaml", lambda text: text + RELEASE)
    judged(journey)
    assert Path("environments/dev/local/kubernetes/web/deployment-web.yaml").is_file()


def test_its_examples_are_clean_with_the_skips_that_they_need(journey: Journey) -> None:
    """All examples but a gateway: the skip of one would pass over nothing, and that is told."""
    begin(journey, "--repository", "https://github.com/acme/platform.git", "--environment", "dev")
    edit("platform.yaml", lambda text: uncommented(text.partition(OF_GATEWAYS)[0]))
    judged(journey)


def test_a_skip_that_is_not_needed_yet_is_told(journey: Journey) -> None:
    begin(journey, "--repository", "https://github.com/acme/platform.git")
    edit("platform.yaml", lambda text: text + UNNEEDED)
    assert journey("render")[0] == 0
    code, out = journey("check", "--all")
    assert code == 1
    assert out.count("outside/unused-skip") == 1
