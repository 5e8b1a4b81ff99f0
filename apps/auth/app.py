"""The service's application, from its settings."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from auth.api_tokens import ApiTokens
from auth.endpoints import machines, private, public
from auth.keys import Keys
from auth.passwords import Passwords
from auth.service import Auth
from auth.settings import AuthSettings
from auth.throttle import Throttle
from kit import app, cache
from kit.database import Database, url
from kit.drain import Drain

TITLE = "Auth"


def create(settings: AuthSettings, drain: Drain | None = None, registry: CollectorRegistry | None = None) -> FastAPI:
    """The application. Raises KeysError when there are no keys to sign with."""
    registry = registry or CollectorRegistry()
    database, passwords = Database(url(settings), settings.service_name), Passwords(settings, registry)
    keys = Keys(settings.signing_keys_file, settings.issuer, settings.access_token_seconds)
    throttle = Throttle(cache.connect(settings))
    auth = Auth(settings, database, keys, passwords, throttle, registry)
    return app.create(
        settings,
        TITLE,
        [public(auth), private(auth), machines(auth, ApiTokens(database))],
        registry=registry,
        drain=drain,
        checks={"main": database.check},
        closing=[passwords.close, throttle.close, database.close],
    )
