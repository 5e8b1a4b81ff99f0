"""The service's paths. The gateway asks `/v1/auth/check/user` or `.../token` whether a caller may pass."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response

from auth import schemas
from auth.api_tokens import ApiTokens
from auth.schemas import Account, Credentials, Refresh, Session, Sessions, Tokens
from auth.service import Auth

Authorization = Annotated[str | None, Header(description="`Bearer` and an access token.")]
UserAgent = Annotated[str, Header()]
RealAddress = Annotated[str, Header(description="The caller's address, which the gateway sets.")]
NO_STORE = {"Cache-Control": "no-store"}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer besides success, for OpenAPI."""
    told = {"schema": {"type": "object", "required": ["type", "title", "status"]}}
    return {status: {"description": "Problem", "content": {"application/problem+json": told}} for status in statuses}


def public(auth: Auth) -> APIRouter:
    """What is asked without an access token."""
    router = APIRouter(tags=["sign in"])

    @router.post("/v1/auth/register", status_code=201, responses=_problems(403, 409, 422, 503))
    async def register(body: Credentials) -> Account:
        """Make an account."""
        return Account(id=await auth.register(body.email, body.password.get_secret_value()), email=body.email)

    @router.post("/v1/auth/login", responses=_problems(401, 422, 429, 503))
    async def login(
        body: Credentials, response: Response, user_agent: UserAgent = "", x_real_ip: RealAddress = ""
    ) -> Tokens:
        """Begin a session."""
        response.headers.update(NO_STORE)
        return await auth.login(body.email, body.password.get_secret_value(), user_agent[:200], x_real_ip)

    @router.post("/v1/auth/refresh", responses=_problems(401, 422, 503))
    async def refresh(body: Refresh, response: Response) -> Tokens:
        """Spend a refresh token for the next two tokens."""
        response.headers.update(NO_STORE)
        return await auth.refresh(body.refresh_token.get_secret_value())

    @router.post("/v1/auth/logout", status_code=204, responses=_problems(422, 503))
    async def logout(body: Refresh) -> None:
        """End the session that a refresh token belongs to, spent or not."""
        await auth.logout(body.refresh_token.get_secret_value())

    @router.get("/v1/auth/check/user", status_code=204, responses=_problems(401))
    async def check_user(response: Response, authorization: Authorization = None) -> None:
        """Tell the gateway who calls, from the token alone."""
        account, _ = auth.caller(authorization)
        response.headers["X-Auth-User"] = str(account)

    @router.get("/.well-known/jwks.json")
    async def jwks(response: Response) -> dict[str, Any]:
        """The keys that verify access tokens."""
        response.headers["Cache-Control"] = "public, max-age=60"
        return auth.keys.published()

    return router


def private(auth: Auth) -> APIRouter:
    """What is asked with an access token."""
    router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

    @router.get("", responses=_problems(401, 503))
    async def sessions(authorization: Authorization = None) -> Sessions:
        """The caller's sessions that go on."""
        account, current = auth.caller(authorization)
        return Sessions(
            items=[
                Session(
                    id=row.id,
                    client=row.client,
                    created_at=row.created_at,
                    used_at=row.used_at,
                    current=row.id == current,
                )
                for row in await auth.sessions(account)
            ]
        )

    @router.delete("", status_code=204, responses=_problems(401, 503))
    async def end_all(authorization: Authorization = None) -> None:
        """End every session of the caller."""
        account, _ = auth.caller(authorization)
        await auth.end(account, None)

    @router.delete("/{session}", status_code=204, responses=_problems(401, 404, 422, 503))
    async def end(session: UUID, authorization: Authorization = None) -> None:
        """End one session of the caller."""
        account, _ = auth.caller(authorization)
        await auth.end(account, session)

    return router


def machines(auth: Auth, tokens: ApiTokens) -> APIRouter:
    """API tokens: made, listed and revoked by people, and checked for the gateway."""
    router = APIRouter(tags=["API tokens"])

    @router.post("/v1/tokens", status_code=201, responses=_problems(401, 422, 503))
    async def make(
        body: schemas.NewApiToken, response: Response, authorization: Authorization = None
    ) -> schemas.MadeApiToken:
        """Make a token for a machine; it is shown this once."""
        account, _ = auth.caller(authorization)
        response.headers.update(NO_STORE)
        token, row = await tokens.make(account, body.name, body.scopes, body.days)
        return schemas.MadeApiToken(
            token=token, **schemas.ApiToken.model_validate(row, from_attributes=True).model_dump()
        )

    @router.get("/v1/tokens", responses=_problems(401, 503))
    async def listed(authorization: Authorization = None) -> schemas.ApiTokens:
        """The caller's tokens that are valid."""
        account, _ = auth.caller(authorization)
        rows = await tokens.of(account)
        return schemas.ApiTokens(items=[schemas.ApiToken.model_validate(row, from_attributes=True) for row in rows])

    @router.delete("/v1/tokens/{token}", status_code=204, responses=_problems(401, 404, 422, 503))
    async def revoke(token: UUID, authorization: Authorization = None) -> None:
        """Make a token invalid at once."""
        account, _ = auth.caller(authorization)
        await tokens.revoke(account, token)

    @router.get("/v1/auth/check/token", status_code=204, responses=_problems(401, 503))
    async def check_token(response: Response, authorization: Authorization = None) -> None:
        """Tell the gateway which machine calls, and what it may do."""
        account, scopes = await tokens.check(authorization)
        response.headers.update({"X-Auth-User": str(account), "X-Auth-Scopes": " ".join(scopes)})

    return router
