"""Settings: every problem at once, by variable, and no value told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.settings import MainDatabase, Settings, SettingsError, load


class Some(Settings, MainDatabase):
    attempts: int = 3


GOOD = {
    "MAIN_HOST": "main.main.svc",
    "MAIN_DATABASE": "some",
    "MAIN_USERNAME": "some",
    "MAIN_PASSWORD": "hunter2",
}


def test_they_come_from_the_environment_and_other_variables_do_not_matter() -> None:
    found = load(Some, {**GOOD, "JOURNEY_DEPLOYMENT_ID": "4f2a", "OTEL_SERVICE_NAME": "some", "PATH": "/bin"})
    assert (found.main_port, found.deployment_id, found.service_name, found.attempts) == (5432, "4f2a", "some", 3)


def test_all_problems_are_told_at_once_without_a_value() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Some, {"MAIN_HOST": "h", "MAIN_PORT": "hunter2", "LOG_LEVEL": "LOUD", "MAIN_DATABASE": "some"})
    assert caught.value.problems == (
        "LOG_LEVEL: string should match pattern '^(DEBUG|INFO|WARNING|ERROR)$'",
        "MAIN_PASSWORD: is not set; give it in the environment or as a file in SECRETS_DIRECTORY",
        "MAIN_PORT: input should be a valid integer, unable to parse string as an integer",
        "MAIN_USERNAME: is not set; give it in the environment or as a file in SECRETS_DIRECTORY",
    )
    assert "hunter2" not in str(caught.value)


def test_a_file_says_what_no_variable_says(tmp_path: Path) -> None:
    (tmp_path / "MAIN_PASSWORD").write_text("from file\n", encoding="utf-8")
    (tmp_path / "MAIN_USERNAME").write_text("from file\n", encoding="utf-8")
    said = {**GOOD, "SECRETS_DIRECTORY": str(tmp_path)}
    del said["MAIN_PASSWORD"]
    found = load(Some, said)
    assert (found.main_password.get_secret_value(), found.main_username) == ("from file", "some")


def test_a_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(load(Some, GOOD))


def test_a_missing_folder_of_secrets_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SECRETS_DIRECTORY: .*none is no folder; mount the secrets there"):
        load(Some, {**GOOD, "SECRETS_DIRECTORY": str(tmp_path / "none")})
