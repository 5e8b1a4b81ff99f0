"""The code keeps what service.yaml says of it, the committed contract, and its tables' migrations."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import create_async_engine

from auth import openapi
from auth.__main__ import PORT
from auth.app import TITLE
from auth.settings import AuthSettings
from auth.tables import METADATA
from auth.tests.conftest import HERE
from kit.database import url
from kit.settings import CacheServer, MainDatabase, Settings, SettingsError, load, variables

SPEC: dict[str, Any] = yaml.safe_load((HERE / "service.yaml").read_text(encoding="utf-8"))


def test_the_port_is_the_specs() -> None:
    assert SPEC["ports"]["http"]["port"] == PORT


def test_every_setting_that_is_its_own_is_said_in_the_spec() -> None:
    own = (
        set(AuthSettings.model_fields)
        - set(Settings.model_fields)
        - {*MainDatabase.model_fields, *CacheServer.model_fields}
    )
    names = {variables(name, AuthSettings.model_fields[name])[0] for name in own}
    said = {*SPEC["config"]["values"], *SPEC["secrets"], *SPEC["environments"]["dev"]["config"]["values"]}
    assert names - said == set()


def test_defaults_are_the_specs() -> None:
    said = {
        name: value["value"] if isinstance(value, dict) else value for name, value in SPEC["config"]["values"].items()
    }
    fields = AuthSettings.model_fields
    assert {name: fields[name.lower()].default for name in said} == said


def test_every_path_is_led_in_by_a_route_of_the_spec(app: FastAPI) -> None:
    routes = [route["path"] for route in SPEC["routes"].values()]
    paths = list(app.openapi()["paths"])
    assert len(paths) >= 8
    assert [path for path in paths if not any(path == route or path.startswith(route + "/") for route in routes)] == []


def test_every_metric_of_the_spec_is_exported_with_its_labels(app: FastAPI, registry: CollectorRegistry) -> None:
    assert app.title == TITLE
    names = {metric.name: metric.type for metric in registry.collect()}
    said = {name.removesuffix("_total"): found["type"] for name, found in SPEC["metrics"]["names"].items()}
    assert {name: names.get(name) for name in said} == said


def test_the_committed_contract_is_the_codes(app: FastAPI) -> None:
    committed = openapi.CONTRACT.read_text(encoding="utf-8") if openapi.CONTRACT.exists() else ""
    assert openapi.text(app) == committed, "accept it by: make contracts"


def test_a_start_without_settings_tells_all_that_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        load(AuthSettings, {"ISSUER": "auth"})
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "CACHE_HOST",
        "ISSUER",
        "MAIN_DATABASE",
        "MAIN_HOST",
        "MAIN_PASSWORD",
        "MAIN_USERNAME",
        "SIGNING_KEYS_FILE",
    ]


def difference(settings: AuthSettings) -> list[Any]:
    """What the database has other than the code's tables."""

    def compare(connection: sa.Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async def run() -> list[Any]:
        engine = create_async_engine(url(settings))
        async with engine.connect() as connection:
            found = await connection.run_sync(compare)
        await engine.dispose()
        return found

    return asyncio.run(run())


def test_migrations_make_the_codes_tables_back_and_forth(settings: AuthSettings, alembic: Config) -> None:
    assert difference(settings) == []
    command.downgrade(alembic, "base")
    assert len([one for one in difference(settings) if one[0] == "add_table"]) == 4
    command.upgrade(alembic, "head")
    assert difference(settings) == []
