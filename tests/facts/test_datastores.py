"""Logins: which name, database, Secret and path a service reaches a datastore by."""

from __future__ import annotations

import pytest

from journey.facts import datastores
from journey.facts.datastores import Login
from journey.facts.postgresql import memory_parameters
from journey.names import label_value
from journey.spec.service import Amounts, Resources
from tests.workload.platforms import store, view_of


@pytest.mark.parametrize(
    ("said", "login"),
    [
        (
            store(databases=["auth"]),
            Login("main", "main.main.svc", 5432, "auth", "auth-main", "datastores/main/auth"),
        ),
        (store(databases=["mail"]), Login("main", "main.main.svc", 5432, "main", "auth-main", "datastores/main")),
        (
            store(engine="redis", version="7.2"),
            Login("main", "main.main.svc", 6379, "", "auth-main", "datastores/main"),
        ),
    ],
)
def test_a_service_reaches_a_datastore(said: dict[str, object], login: Login) -> None:
    assert datastores.login(view_of(datastores={"main": said}), "auth", "main", "dev", "local") == login


def test_variables_of_a_login_begin_with_the_datastores_name() -> None:
    assert Login("audit-log", "", 0, "", "", "").prefix == "AUDIT_LOG"
    assert Login("1st", "", 0, "", "", "").prefix == "_1ST"


def test_an_unknown_datastore_has_neither_login_nor_pods() -> None:
    assert datastores.login(view_of(), "auth", "main", "dev", "local") is None
    assert datastores.peer(view_of(), "main", "dev", "local") is None


def test_memory_decides_postgresqls_parameters() -> None:
    assert memory_parameters(Resources(limits=Amounts(memory="8Gi"))) == {
        "max_connections": "100",
        "shared_buffers": "2048MB",
        "effective_cache_size": "6144MB",
        "work_mem": "20MB",
        "maintenance_work_mem": "512MB",
    }
    assert memory_parameters(Resources(requests=Amounts(memory="32Mi")))["shared_buffers"] == "16MB"
    assert memory_parameters(Resources()) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.4.2", "1.4.2"), ("1.4.2+build.5", "1.4.2_build.5"), ("_edge-", "edge"), ("v" * 63, "v" * 63)],
)
def test_any_text_becomes_a_label(text: str, value: str) -> None:
    assert label_value(text) == value


def test_a_label_that_would_be_too_long_is_closed_by_a_hash() -> None:
    found = label_value("1." + "0" * 100)
    assert len(found) == 63
    assert found != label_value("1." + "0" * 101)
