"""What the spec says of what is gone: names and addresses that nobody takes again, and where the data are."""

from __future__ import annotations

from typing import Annotated

from journey.spec.fields import Record, cidr, field, label, text
from journey.spec.promotion import DATE


class Retired(Record, kw_only=True):
    """One thing that is gone. Its name is taken as long as this stands."""

    since: Annotated[str, text("The day on which it went.", "2030-01-31", pattern=DATE)]
    reason: Annotated[str, text("Why it went.", "Invoices are made by the new shop.", min_length=3)]
    owner: Annotated[str, label("The team that answers for what is left of it.", "platform", refers="team")]
    data: Annotated[
        str, text("What became of its data.", "Volume claims are kept until the audit of 2031.", min_length=3)
    ]


class RetiredCluster(Retired, kw_only=True):
    """A cluster that is gone. Its addresses are taken as long as this stands."""

    addresses: Annotated[
        tuple[Annotated[str, cidr("A network.", "10.48.0.0/16")], ...],
        field("Its networks, which peers, allow lists and records may still name.", ["10.48.0.0/16"]),
    ] = ()


class Retirement(Record, kw_only=True):
    """What is gone, by name."""

    services: Annotated[
        dict[Annotated[str, label("Service name.", "billing")], Retired], field("Services that are gone.")
    ] = {}
    datastores: Annotated[
        dict[Annotated[str, label("Datastore name.", "ledger")], Retired], field("Datastores that are gone.")
    ] = {}
    environments: Annotated[
        dict[Annotated[str, label("Environment name.", "qa")], Retired], field("Environments that are gone.")
    ] = {}
    clusters: Annotated[
        dict[Annotated[str, label("Cluster name.", "prod-us")], RetiredCluster], field("Clusters that are gone.")
    ] = {}
