"""What the service is told, by the variables that service.yaml renders."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from kit.settings import CacheServer, MainDatabase, Settings


class MigrationSettings(Settings, MainDatabase):
    """What migrations need."""


class AuthSettings(MigrationSettings, CacheServer):
    """What the service needs. Times are in seconds."""

    issuer: str = Field(pattern=r"^https?://")
    signing_keys_file: Path
    access_token_seconds: int = Field(default=300, ge=30, le=3600)
    refresh_token_seconds: int = Field(default=2592000, ge=300)
    refresh_grace_seconds: int = Field(default=30, ge=0, le=30)
    password_hash_memory_kib: int = Field(default=19456, ge=8)
    password_hash_passes: int = Field(default=2, ge=1)
    password_hash_lanes: int = Field(default=1, ge=1)
    password_hashes_at_once: int = Field(default=2, ge=1)
    password_min_length: int = Field(default=12, ge=8)
    registration_open: bool = True
