"""The vocabulary of field annotations: what a value may be, how overlays merge it, and how far a change of it reaches.

Everything a person needs to know of a field stands in its annotation, once: validation, the JSON Schema, the reference
page and the merge all read it from there.
"""

from __future__ import annotations

from typing import Any, dataclass_transform

import msgspec

from journey.names import DNS_LABEL, DNS_SUBDOMAIN, LABEL_LIMIT


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class _RecordMeta(msgspec.StructMeta):
    """Tells type checkers that Records are frozen and take keywords."""


class Record(msgspec.Struct, metaclass=_RecordMeta, frozen=True, rename="camel", omit_defaults=True):
    """A mapping of the spec with known keys. Keys are camelCase in YAML, snake_case in Python."""


def field(
    description: str,
    *examples: object,
    merge: str = "",
    scope: str = "",
    refers: str = "",
    **limits: Any,
) -> msgspec.Meta:
    """Describe one field of a Record.

    merge: how an overlay's list joins the base's: `replace` (lists, unless said), `append`, or `by:KEY` (elements with
    the same KEY merge, new ones follow; `by:A|B|+C` takes A or B, and C beside it). Mappings always merge key by key,
    and null removes a key.
    scope: `all` means that a change acts in every environment at once and is never promoted (ownership, documentation).
    refers: the kind of thing the value names (`team`, `environment`, `service`...), for references and documentation.
    limits: `ge`, `le`, `pattern`, `min_length`, `max_length` as in JSON Schema.
    """
    extra = {name: value for name, value in (("merge", merge), ("scope", scope), ("refers", refers)) if value}
    return msgspec.Meta(
        description=description,
        examples=list(examples) or None,
        extra=extra or None,
        extra_json_schema={f"x-{name}": value for name, value in extra.items()} or None,
        **limits,
    )


def text(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """A string."""
    return field(description, *examples, **options)


def label(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """A DNS-1123 label of at most 63 characters (RFC 1123, section 2.1)."""
    return field(description, *examples, **{"pattern": DNS_LABEL, "max_length": LABEL_LIMIT, **options})


def host(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """A DNS-1123 subdomain of at most 253 characters; `*.` may lead."""
    return field(description, *examples, **{"pattern": rf"^(\*\.)?{DNS_SUBDOMAIN[1:]}", "max_length": 253, **options})


def duration(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """A whole number of at most nine digits with a unit: ms, s, m, h or d."""
    return field(description, *examples, **{"pattern": r"^[0-9]{1,9}(ms|s|m|h|d)$", **options})


def quantity(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """A Kubernetes quantity: `250m`, `1`, `512Mi` (apimachinery, pkg/api/resource), of at most 15 and 9 digits."""
    return field(
        description, *examples, **{"pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$", **options}
    )


def port_number(description: str, *examples: int, **options: Any) -> msgspec.Meta:
    """A TCP or UDP port, 1 to 65535 (RFC 6335)."""
    return field(description, *examples, **{"ge": 1, "le": 65535, **options})


def count(description: str, *examples: int, **options: Any) -> msgspec.Meta:
    """A whole number of at least `ge` (0 unless said)."""
    return field(description, *examples, **{"ge": 0, **options})


def cidr(description: str, *examples: str, **options: Any) -> msgspec.Meta:
    """An IPv4 or IPv6 network in CIDR notation (RFC 4632)."""
    return field(description, *examples, **{"pattern": r"^[0-9a-fA-F.:]+/[0-9]{1,3}$", **options})
