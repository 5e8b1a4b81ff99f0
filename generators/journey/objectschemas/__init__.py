"""Schemas of the objects that go to an API server: Kubernetes' own, the vendors' custom resources, a user's own."""

from __future__ import annotations

from journey.objectschemas.kubernetes import kubernetes_versions
from journey.objectschemas.messages import Finding, dotted
from journey.objectschemas.schemas import Schemas, Validator, compose_validator, workflow_validator
from journey.objectschemas.user import UserSchemas, load_user_schemas

__all__ = [
    "Finding",
    "Schemas",
    "UserSchemas",
    "Validator",
    "compose_validator",
    "dotted",
    "kubernetes_versions",
    "load_user_schemas",
    "workflow_validator",
]
