"""The service on a database of its own, migrated as a release migrates it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from joserfc.jwk import ECKey
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import create_async_engine

from auth.app import create
from auth.settings import AuthSettings
from kit.database import url
from kit.settings import MainDatabase, load
from kit.testing import client

HERE = Path(__file__).resolve().parent.parent


def new_key(kid: str) -> dict[str, object]:
    """A private key, as a file of keys has it."""
    return dict(ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=True))


def write_keys(path: Path, *keys: dict[str, object]) -> None:
    """Replace a file of keys whole, as a mounted secret is."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"keys": keys}), encoding="utf-8")
    fresh.replace(path)


@pytest.fixture(scope="session")
def alembic() -> Config:
    return Config(HERE / "alembic.ini")


def _execute(settings: MainDatabase, *statements: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url(settings), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(sa.text(statement))
        await engine.dispose()

    asyncio.run(run())


@pytest.fixture(scope="session")
def environment(
    postgresql: MainDatabase, alembic: Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The variables of the service, whose database is at the newest migration."""
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    write_keys(keys, new_key("first"))
    _execute(postgresql, "DROP DATABASE IF EXISTS auth", "CREATE DATABASE auth")
    said = {
        "MAIN_HOST": postgresql.main_host,
        "MAIN_PORT": str(postgresql.main_port),
        "MAIN_DATABASE": "auth",
        "MAIN_USERNAME": postgresql.main_username,
        "MAIN_PASSWORD": postgresql.main_password.get_secret_value(),
        "CACHE_HOST": "127.0.0.1",
        "CACHE_PORT": "1",
        "ISSUER": "https://auth.example.com",
        "SIGNING_KEYS_FILE": str(keys),
        "PASSWORD_HASH_MEMORY_KIB": "64",
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in said.items():
            patched.setenv(name, value)
        command.upgrade(alembic, "head")
        yield said


@pytest.fixture
def settings(environment: dict[str, str], tmp_path: Path) -> AuthSettings:
    keys = tmp_path / "keys.json"
    keys.write_bytes(Path(environment["SIGNING_KEYS_FILE"]).read_bytes())
    return load(AuthSettings, {**environment, "SIGNING_KEYS_FILE": str(keys)})


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def app(settings: AuthSettings, registry: CollectorRegistry) -> FastAPI:
    return create(settings, registry=registry)


@pytest.fixture
async def web(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(app) as asking:
        yield asking
