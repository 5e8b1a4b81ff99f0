"""`python -m auth.openapi`: write the contract anew, from the code (`make contracts`)."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from fastapi import FastAPI
from joserfc.jwk import ECKey

from auth.app import create
from auth.settings import AuthSettings
from kit.settings import load

CONTRACT = Path(__file__).with_name("openapi.json")
NOWHERE = {
    "MAIN_HOST": "none.invalid",
    "MAIN_DATABASE": "none",
    "MAIN_USERNAME": "none",
    "MAIN_PASSWORD": "none",
    "CACHE_HOST": "none.invalid",
}
"""A contract depends on no setting; nothing is connected to."""


def text(app: FastAPI) -> str:
    """The application's contract, as it is committed."""
    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the contract."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys.json"
        key = ECKey.generate_key("P-256", {"kid": "none"}).as_dict(private=True)
        keys.write_text(json.dumps({"keys": [key]}), encoding="utf-8")
        said = {
            **NOWHERE,
            "CACHE_HOST": "none.invalid",
            "ISSUER": "https://auth.example.com",
            "SIGNING_KEYS_FILE": str(keys),
        }
        CONTRACT.write_text(text(create(load(AuthSettings, said))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
