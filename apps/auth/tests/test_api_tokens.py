"""API tokens: for machines, with scopes, until they expire or are revoked."""

from __future__ import annotations

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from auth.settings import AuthSettings
from auth.tables import API_TOKENS
from auth.tests.test_sessions import bearer, sign_in, slug
from kit.database import url

pytestmark = pytest.mark.anyio
ASKED = {"name": "CI", "scopes": ["deployments:write", "config:read", "config:read"], "days": 7}


async def check(web: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await web.get("/v1/auth/check/token", headers={"Authorization": f"Bearer {token}"})


async def test_a_token_tells_the_gateway_who_and_what(web: httpx2.AsyncClient) -> None:
    person = bearer(await sign_in(web))
    made = await web.post("/v1/tokens", json=ASKED, headers=person)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    answer = await check(web, made.json()["token"])
    known = (await web.get("/v1/auth/check/user", headers=person)).headers["x-auth-user"]
    assert (answer.status_code, answer.headers["x-auth-user"]) == (204, known)
    assert answer.headers["x-auth-scopes"] == "config:read deployments:write"
    (listed,) = (await web.get("/v1/tokens", headers=person)).json()["items"]
    assert listed == {key: value for key, value in made.json().items() if key != "token"}


async def test_a_persons_token_is_no_machines_and_the_other_way_round(web: httpx2.AsyncClient) -> None:
    person = await sign_in(web)
    machine = (await web.post("/v1/tokens", json=ASKED, headers=bearer(person))).json()["token"]
    assert slug(await check(web, person["access_token"])) == (401, "unauthenticated")
    as_person = await web.get("/v1/auth/check/user", headers={"Authorization": f"Bearer {machine}"})
    assert slug(as_person) == (401, "unauthenticated")


async def test_its_owner_alone_revokes_it_and_it_ends_at_once(web: httpx2.AsyncClient) -> None:
    mine, other = await sign_in(web), await sign_in(web)
    made = (await web.post("/v1/tokens", json=ASKED, headers=bearer(mine))).json()
    path = f"/v1/tokens/{made['id']}"
    assert slug(await web.delete(path, headers=bearer(other))) == (404, "no-such-token")
    assert (await check(web, made["token"])).status_code == 204
    assert (await web.delete(path, headers=bearer(mine))).status_code == 204
    assert slug(await check(web, made["token"])) == (401, "unauthenticated")


async def test_it_expires(web: httpx2.AsyncClient, settings: AuthSettings) -> None:
    made = (await web.post("/v1/tokens", json=ASKED, headers=bearer(await sign_in(web)))).json()
    engine = create_async_engine(url(settings))
    async with engine.begin() as connection:
        await connection.execute(API_TOKENS.update().values(expires_at=sa.func.now()))
    await engine.dispose()
    assert slug(await check(web, made["token"])) == (401, "unauthenticated")


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["All Of It"]}, {"days": 366}, {"name": ""}])
async def test_what_is_asked_is_held_to_its_bounds(web: httpx2.AsyncClient, wrong: dict[str, object]) -> None:
    answer = await web.post("/v1/tokens", json={**ASKED, **wrong}, headers=bearer(await sign_in(web)))
    assert slug(answer) == (422, "invalid")


async def test_nobody_makes_one_without_signing_in(web: httpx2.AsyncClient) -> None:
    assert slug(await web.post("/v1/tokens", json=ASKED)) == (401, "unauthenticated")
