"""Rendered files against the files on disk: scan, plan (pure), apply (safe). See `planning` for what stale means."""

from journey.artifact import HEADER
from journey.tree.model import (
    RULES,
    TEMPORARY,
    ApplyError,
    Entry,
    Index,
    Owned,
    Plan,
    Scan,
    Stat,
    Wanted,
    digest,
    has_header,
)
from journey.tree.planning import plan, stale, sure
from journey.tree.scanning import read_file, scan
from journey.tree.writing import Writer, apply, delete_paths, sweep_temporaries, write_file

__all__ = [
    "HEADER",
    "RULES",
    "TEMPORARY",
    "ApplyError",
    "Entry",
    "Index",
    "Owned",
    "Plan",
    "Scan",
    "Stat",
    "Wanted",
    "Writer",
    "apply",
    "delete_paths",
    "digest",
    "has_header",
    "plan",
    "read_file",
    "scan",
    "stale",
    "sure",
    "sweep_temporaries",
    "write_file",
]
