"""What the spec says of its own Git repository."""

from __future__ import annotations

from typing import Annotated

from journey.spec.fields import Record, field, text


class Repository(Record, kw_only=True):
    """The Git repository that this file stands in."""

    url: Annotated[
        str,
        text(
            "What Argo CD or Flux pulls.",
            "https://github.com/acme/platform.git",
            pattern=r"^(https|ssh|git|file)://\S+$",
        ),
    ]
    branch: Annotated[str, text("Branch that is synced.", "main", pattern=r"^[^\s~^:?*\[\\]+$")] = "main"
    signed_by: Annotated[
        tuple[Annotated[str, text("Id of a GnuPG key.", "4AEE18F83AFDEB23", pattern=r"^[0-9A-F]{16}$")], ...],
        field("Keys of which one must have signed a commit, or Argo CD does not sync it; none asks for no signature."),
    ] = ()
