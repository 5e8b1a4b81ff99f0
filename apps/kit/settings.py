"""Settings from the environment and from files of secrets; a service with a bad one does not start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

SECRETS_FOLDER = "SECRETS_DIRECTORY"
"""Variable that names a folder with a file a secret, each named as its variable (a mounted Kubernetes Secret)."""

Port = Annotated[int, Field(ge=1, le=65535)]
S = TypeVar("S", bound="Settings")


class SettingsError(Exception):
    """Every setting that is missing or wrong; a line each, none of which shows a value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """What every service is told. A subclass adds its own; a field is read from the variable of its upper-case name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    service_name: str = Field(default="service", validation_alias=AliasChoices("OTEL_SERVICE_NAME", "SERVICE_NAME"))
    deployment_id: str = Field(default="none", validation_alias="JOURNEY_DEPLOYMENT_ID")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    drain_seconds: float = Field(default=5, ge=0, le=60)
    traces_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class MainDatabase(BaseModel):
    """Where the datastore `main` is, as `needs` renders it."""

    main_host: str
    main_port: Port = 5432
    main_database: str
    main_username: str
    main_password: SecretStr


class CacheServer(BaseModel):
    """Where the datastore `cache` is, as `needs` renders it."""

    cache_host: str
    cache_port: Port = 6379
    cache_username: str | None = None
    cache_password: SecretStr | None = None


def variables(name: str, field: FieldInfo) -> tuple[str, ...]:
    """The environment variables that a field is read from, the preferred one first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (alias,) if isinstance(alias, str) else (name.upper(),)


def _secret_files(folder: str) -> dict[str, str]:
    """The content of each file of the folder, without the line end that editors add."""
    place = Path(folder)
    if not place.is_dir():
        raise SettingsError((f"{SECRETS_FOLDER}: {folder} is no folder; mount the secrets there, or unset it",))
    return {path.name: path.read_text(encoding="utf-8").rstrip("\n") for path in place.iterdir() if path.is_file()}


def load(kind: type[S], environment: Mapping[str, str]) -> S:
    """The settings that the environment and the folder of secrets say; a variable wins over a file.

    Raises SettingsError with all problems at once, named by variable and without the values.
    """
    folder = environment.get(SECRETS_FOLDER)
    said = {**(_secret_files(folder) if folder else {}), **environment}
    names = {name: variables(name, field) for name, field in kind.model_fields.items()}
    given = {found[0]: said[each] for found in names.values() for each in reversed(found) if each in said}
    keyed = {
        (found[0] if kind.model_fields[name].validation_alias else name): found[0] for name, found in names.items()
    }
    try:
        return kind.model_validate({key: given[variable] for key, variable in keyed.items() if variable in given})
    except ValidationError as error:
        raise SettingsError(tuple(sorted(_problem(dict(one), keyed) for one in error.errors()))) from None


def _problem(error: Mapping[str, object], keyed: Mapping[str, str]) -> str:
    """One line of a report: the variable, what is wrong, what to do."""
    place = error["loc"]
    key = str(place[0]) if isinstance(place, tuple) and place else ""
    variable = keyed.get(key, key or "settings")
    if error["type"] == "missing":
        return f"{variable}: is not set; give it in the environment or as a file in {SECRETS_FOLDER}"
    return f"{variable}: {str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"
