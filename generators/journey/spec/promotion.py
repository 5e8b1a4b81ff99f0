"""What the spec says of promotion: what an environment asks before it, and what a service keeps from it."""

from __future__ import annotations

from typing import Annotated, Literal

from journey.spec.fields import Record, duration, field, label, text

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
"""A full-date of RFC 3339, section 5.6; it counts to the end of that day in UTC."""

Rollout = Literal["at-once", "by-cluster"]
"""Whether one promotion reaches all clusters of an environment, or the next one of them."""


class Gates(Record, kw_only=True):
    """What must hold before a service is promoted to an environment. Its sync windows and holds count always."""

    soak: Annotated[str, duration("How long the environment before has run what is promoted.", "24h")] | None = None
    healthy: Annotated[
        bool, field("Whether Argo CD must say Synced and Healthy of the service in the environment before.", True)
    ] = False
    alerts: Annotated[
        bool, field("Whether Prometheus must be without a firing alert of the service in the environment before.", True)
    ] = False
    approval: (
        Annotated[
            str,
            label("The team that approves the pull request, by CODEOWNERS.", "platform", refers="team"),
        ]
        | None
    ) = None


class Hold(Record, kw_only=True):
    """Nothing is promoted here until it is taken away. The commands `hold` and `rollback` write it."""

    reason: Annotated[str, text("Why.", "Rolled back: logins failed.", min_length=3)]
    owner: Annotated[str, label("The team that decides when it ends.", "platform", refers="team")]


class Pin(Record, kw_only=True):
    """Only this version is promoted here, until a day."""

    version: Annotated[
        str,
        text("The version of `release`.", "1.4.2", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$"),
    ]
    until: Annotated[str, text("Last day on which it counts.", "2030-01-31", pattern=DATE)]
    reason: Annotated[str, text("Why.", "The audit reads this version.", min_length=3)]
    owner: Annotated[str, label("The team that decides when it ends.", "platform", refers="team")]


class Acknowledgement(Record, kw_only=True):
    """A team answers for a change that destroys something, or gives somebody more."""

    reason: Annotated[
        str, text("Why it is meant.", "Moved to another database; nobody reads the old one.", min_length=3)
    ]
    owner: Annotated[str, label("The team that answers for it.", "platform", refers="team")]
    expires: Annotated[str, text("Last day on which it counts.", "2030-01-31", pattern=DATE)]


class Kept(Record, kw_only=True):
    """What an environment's overlay says to `promote` alone: nothing is rendered from it."""

    hold: Hold | None = None
    pin: Pin | None = None
