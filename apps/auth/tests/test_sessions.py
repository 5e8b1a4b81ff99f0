"""From registration to the end of a session, over HTTP and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import create_async_engine

from auth.passwords import WAITING, Passwords
from auth.settings import AuthSettings
from auth.tables import ACCOUNTS, REFRESH_TOKENS
from auth.tests.conftest import new_key, write_keys
from kit.database import url
from kit.problems import Overloaded

pytestmark = pytest.mark.anyio
PASSWORD = "a long sentence that nobody guesses"


def slug(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def sign_in(web: httpx2.AsyncClient) -> dict[str, Any]:
    body = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    assert (await web.post("/v1/auth/register", json=body)).status_code == 201
    answer = await web.post("/v1/auth/login", json=body, headers={"User-Agent": "tests"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return {**answer.json(), "body": body}


async def refresh(web: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await web.post("/v1/auth/refresh", json={"refresh_token": token})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def pass_time(settings: AuthSettings, seconds: int) -> None:
    """Make every token as if it had been spent earlier."""
    engine = create_async_engine(url(settings))
    async with engine.begin() as connection:
        earlier = REFRESH_TOKENS.c.spent_at - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        await connection.execute(REFRESH_TOKENS.update().values(spent_at=earlier))
    await engine.dispose()


async def test_who_signed_in_is_told_to_the_gateway(web: httpx2.AsyncClient) -> None:
    tokens = await sign_in(web)
    answer = await web.get("/v1/auth/check/user", headers=bearer(tokens))
    assert answer.status_code == 204
    assert str(uuid.UUID(answer.headers["x-auth-user"])) == answer.headers["x-auth-user"]


@pytest.mark.parametrize("said", ["", "Bearer", "Basic YTpi", "Bearer a.b.c", "Bearer ..", "Bearer \x80"])
async def test_nobody_else_is(web: httpx2.AsyncClient, said: str) -> None:
    answer = await web.get("/v1/auth/check/user", headers=[(b"Authorization", said.encode("latin-1"))])
    assert slug(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_address_and_a_wrong_password_are_told_alike(web: httpx2.AsyncClient) -> None:
    known = (await sign_in(web))["body"]
    answers = [
        await web.post("/v1/auth/login", json=body)
        for body in ({**known, "password": "wrong"}, {**known, "email": "nobody@example.com"})
    ]
    assert [slug(answer) for answer in answers] == [(401, "wrong-credentials")] * 2
    assert answers[0].json() == answers[1].json()


async def test_an_address_is_taken_once_whatever_its_case(web: httpx2.AsyncClient) -> None:
    body = (await sign_in(web))["body"]
    answer = await web.post("/v1/auth/register", json={**body, "email": body["email"].upper()})
    assert slug(answer) == (409, "address-taken")


async def test_a_short_password_is_refused(web: httpx2.AsyncClient) -> None:
    answer = await web.post("/v1/auth/register", json={"email": "a@example.com", "password": "short"})
    assert slug(answer) == (422, "password-too-short")
    assert answer.json()["least"] == 12


async def test_a_refresh_token_is_spent_for_the_next(web: httpx2.AsyncClient) -> None:
    tokens = await sign_in(web)
    for _ in range(3):
        answer = await refresh(web, tokens["refresh_token"])
        assert answer.status_code == 200
        assert answer.json()["refresh_token"] != tokens["refresh_token"]
        tokens = answer.json()


async def test_the_losers_of_a_race_get_the_winners_successor(web: httpx2.AsyncClient) -> None:
    tokens = await sign_in(web)
    answers = await asyncio.gather(*(refresh(web, tokens["refresh_token"]) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    (after,) = {answer.json()["refresh_token"] for answer in answers}
    assert (await refresh(web, after)).status_code == 200


async def test_reuse_after_the_grace_ends_the_session_for_the_thief_and_the_owner(
    web: httpx2.AsyncClient, settings: AuthSettings, registry: CollectorRegistry
) -> None:
    tokens = await sign_in(web)
    after = (await refresh(web, tokens["refresh_token"])).json()
    await pass_time(settings, 29)
    assert (await refresh(web, tokens["refresh_token"])).json()["refresh_token"] == after["refresh_token"]
    await pass_time(settings, 2)
    assert slug(await refresh(web, tokens["refresh_token"])) == (401, "session-ended")
    assert slug(await refresh(web, after["refresh_token"])) == (401, "session-ended")
    assert registry.get_sample_value("auth_refresh_reuse_total") == 1
    assert registry.get_sample_value("auth_refreshes_total", {"outcome": "ended"}) == 1


async def test_logout_knows_no_grace(web: httpx2.AsyncClient) -> None:
    tokens = await sign_in(web)
    after = (await refresh(web, tokens["refresh_token"])).json()
    body = {"refresh_token": tokens["refresh_token"]}
    assert [(await web.post("/v1/auth/logout", json=body)).status_code for _ in range(2)] == [204, 204]
    for token in (tokens["refresh_token"], after["refresh_token"]):
        assert slug(await refresh(web, token)) == (401, "session-ended")


async def test_sessions_are_listed_and_ended_by_their_owner_alone(web: httpx2.AsyncClient) -> None:
    mine, other = await sign_in(web), await sign_in(web)
    second = (await web.post("/v1/auth/login", json=mine["body"], headers={"User-Agent": "phone"})).json()
    listed = (await web.get("/v1/sessions", headers=bearer(mine))).json()["items"]
    assert [(one["client"], one["current"]) for one in listed] == [("phone", False), ("tests", True)]
    phone = f"/v1/sessions/{listed[0]['id']}"
    assert slug(await web.delete(phone, headers=bearer(other))) == (404, "no-such-session")
    assert (await web.delete(phone, headers=bearer(mine))).status_code == 204
    assert slug(await refresh(web, second["refresh_token"])) == (401, "session-ended")
    assert (await refresh(web, mine["refresh_token"])).status_code == 200


async def test_logout_everywhere_ends_all_sessions_of_one_account(web: httpx2.AsyncClient) -> None:
    mine, other = await sign_in(web), await sign_in(web)
    second = (await web.post("/v1/auth/login", json=mine["body"])).json()
    assert (await web.delete("/v1/sessions", headers=bearer(mine))).status_code == 204
    statuses = [(await refresh(web, one["refresh_token"])).status_code for one in (mine, second, other)]
    assert statuses == [401, 401, 200]


async def test_a_new_key_takes_over_without_signing_anybody_out(
    web: httpx2.AsyncClient, settings: AuthSettings
) -> None:
    first, second = new_key("a"), new_key("b")
    write_keys(settings.signing_keys_file, first, second)
    old = await sign_in(web)
    write_keys(settings.signing_keys_file, second, first)
    new = await sign_in(web)
    published = (await web.get("/.well-known/jwks.json")).json()["keys"]
    assert [key["kid"] for key in published] == ["b", "a"]
    assert [key for key in published if "d" in key] == []
    checks = [(await web.get("/v1/auth/check/user", headers=bearer(one))).status_code for one in (old, new)]
    assert checks == [204, 204]
    write_keys(settings.signing_keys_file, second)
    checks = [(await web.get("/v1/auth/check/user", headers=bearer(one))).status_code for one in (old, new)]
    assert checks == [401, 204]


async def test_a_spoilt_file_of_keys_is_passed_over(web: httpx2.AsyncClient, settings: AuthSettings) -> None:
    tokens = await sign_in(web)
    Path(settings.signing_keys_file).write_text("{}", encoding="utf-8")
    assert (await web.get("/v1/auth/check/user", headers=bearer(tokens))).status_code == 204


async def test_a_hash_of_old_parameters_is_renewed_at_login(web: httpx2.AsyncClient, settings: AuthSettings) -> None:
    body = (await sign_in(web))["body"]
    weaker = await Passwords(settings.model_copy(update={"password_hash_passes": 1}), CollectorRegistry()).hash(
        PASSWORD
    )
    engine = create_async_engine(url(settings))
    mine = ACCOUNTS.c.email == body["email"]
    async with engine.begin() as connection:
        await connection.execute(ACCOUNTS.update().where(mine).values(password_hash=weaker))
    assert (await web.post("/v1/auth/login", json=body)).status_code == 200
    async with engine.begin() as connection:
        kept = (await connection.execute(sa.select(ACCOUNTS.c.password_hash).where(mine))).scalar_one()
    await engine.dispose()
    assert (",t=1," in weaker, ",t=2," in kept) == (True, True)


async def test_more_hashes_than_can_wait_are_refused_with_a_time_to_come_back(settings: AuthSettings) -> None:
    few = settings.model_copy(update={"password_hashes_at_once": 1, "password_hash_memory_kib": 1024})
    passwords = Passwords(few, CollectorRegistry())
    asked = await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(WAITING + 4)), return_exceptions=True)
    refused = [one for one in asked if isinstance(one, Overloaded)]
    assert (len(refused), refused[0].headers()) == (3, {"Retry-After": "2"})
    assert isinstance(await passwords.hash(PASSWORD), str)
    await passwords.close()
