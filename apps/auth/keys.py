"""Signing keys, and the access tokens that they sign (ES256).

The file is a JSON Web Key Set of private keys. The first signs; all are published. Keys are changed in three steps,
each a maximum token life apart: add the new one last, move it first, take the old one away.
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from auth.errors import Unauthenticated

ALGORITHM = "ES256"


class KeysError(Exception):
    """Why a file of keys cannot be used; nothing of a key is told."""


class Keys:
    """The keys of a file, read anew when it was replaced."""

    def __init__(self, path: Path, issuer: str, seconds: int) -> None:
        self._path, self._issuer, self._seconds = path, issuer, seconds
        self._claims = jwt.JWTClaimsRegistry(
            leeway=0,
            iss={"essential": True, "value": issuer},
            exp={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
        )
        self._read_at = -1
        self._keys: tuple[ECKey, ...] = ()
        self._set = KeySet([])
        self.current()

    def current(self) -> tuple[ECKey, ...]:
        """The keys of the file as it is now. A replacement that is unusable is ignored once there are keys."""
        try:
            changed = self._path.stat().st_mtime_ns
            if changed != self._read_at:
                self._keys, self._read_at = _read(self._path), changed
                self._set = KeySet(list(self._keys))
        except (OSError, KeysError) as error:
            if not self._keys:
                raise KeysError(f"SIGNING_KEYS_FILE: {error}") from None
        return self._keys

    def sign(self, account: uuid.UUID, session: uuid.UUID) -> str:
        """An access token of the account, for a session."""
        key, now = self.current()[0], int(time.time())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": str(account),
            "sid": str(session),
            "iat": now,
            "exp": now + self._seconds,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}, claims, key)

    def verify(self, token: str) -> tuple[uuid.UUID, uuid.UUID]:
        """The account and the session of an access token. Raises Unauthenticated."""
        self.current()
        try:
            found = jwt.decode(token, self._set, algorithms=[ALGORITHM])
            self._claims.validate(found.claims)
            return uuid.UUID(str(found.claims["sub"])), uuid.UUID(str(found.claims["sid"]))
        except (JoseError, ValueError):
            raise Unauthenticated from None

    def published(self) -> dict[str, Any]:
        """The public halves, as a JSON Web Key Set."""
        return {"keys": [key.as_dict(private=False) for key in self.current()]}


def _read(path: Path) -> tuple[ECKey, ...]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        found = tuple(ECKey.import_key({"use": "sig", "alg": ALGORITHM, **one}) for one in said["keys"])
    except (JoseError, ValueError, KeyError, TypeError):
        raise KeysError(f"{path} is no JSON Web Key Set of EC keys") from None
    if not found or any(key.curve_name != "P-256" or not key.is_private or not key.kid for key in found):
        raise KeysError(f"{path} needs private P-256 keys, each with a `kid`")
    return found
