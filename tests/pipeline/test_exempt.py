"""Which conventions are switched off where, for which reason."""

from __future__ import annotations

from pathlib import Path

from journey.pipeline.exempt import exempt
from tests import specs

PLATFORM = specs.PLATFORM.replace("  dev: {clusters: [local]}", "  dev: {clusters: [local]}\n  qa: {clusters: [local]}")
DEFAULTS = "defaults: {without: {monitor: {reason: nobody looks}}}\n"
OFF = "without: {networkPolicy: {reason: callers unknown}}\n"


def told(folder: Path, platform: str = PLATFORM, **services: str) -> list[str]:
    files = {f"apps/{name}/service.yaml": specs.SERVICE + more for name, more in services.items()}
    found = specs.load({"platform.yaml": platform, **files}, folder)
    assert found.problems == []
    return [str(item) for item in exempt(found)]


def test_nothing_is_switched_off(tmp_path: Path) -> None:
    assert told(tmp_path, a="", b="") == []


def test_what_is_off_everywhere_names_no_environment(tmp_path: Path) -> None:
    assert told(tmp_path, a="", b=OFF) == ["without networkPolicy: b (callers unknown)"]


def test_what_is_off_in_an_environment_names_it(tmp_path: Path) -> None:
    overlay = "environments: {qa: {without: {monitor: {reason: too loud}, networkPolicy: null}}}\n"
    assert told(tmp_path, b=OFF + overlay) == [
        "without monitor: b in qa (too loud)",
        "without networkPolicy: b in dev (callers unknown)",
    ]


def test_defaults_switch_off_for_every_service(tmp_path: Path) -> None:
    assert told(tmp_path, PLATFORM + DEFAULTS, a="", b="") == ["without monitor: every service (nobody looks)"]


def test_defaults_beside_what_a_service_says_name_each_service(tmp_path: Path) -> None:
    assert told(tmp_path, PLATFORM + DEFAULTS, a=OFF, b="enabled: false\n") == [
        "without monitor: a (nobody looks)",
        "without networkPolicy: a (callers unknown)",
    ]


def test_what_a_promoted_base_says_counts(tmp_path: Path) -> None:
    promoted = f"base:\n  ports: {{http: {{port: 8080}}}}\n  {OFF}"
    platform = specs.PLATFORM + "  prod: {clusters: [local], promotesFrom: dev}\n"
    files = {
        "platform.yaml": platform,
        "promoted/prod.yaml": "# nothing\n{}\n",
        "apps/a/service.yaml": specs.SERVICE,
        "apps/a/promoted/prod.yaml": promoted,
    }
    assert list(map(str, exempt(specs.load(files, tmp_path)))) == ["without networkPolicy: a in prod (callers unknown)"]
