"""The page of what each way in can do for a route: the table that judges a spec."""

from __future__ import annotations

from journey.spec.capabilities import FEATURES, WAYS_IN

NAME = "gateways"
CANNOT = "–"


def page() -> str:
    """The page's text."""
    head = ["| a route asks for | field |", *(f" {name} |" for name in WAYS_IN)]
    lines = ["".join(head), "|---|---|" + "---|" * len(WAYS_IN)]
    for feature in FEATURES:
        cells = [able.get(feature.id, CANNOT) for able in WAYS_IN.values()]
        field = ".".join(feature.path)
        lines.append(f"| {' | '.join((feature.title, f'`{field}`', *cells))} |")
    return f"""\
# Ways in

`clusters.<cluster>.gateway` names the one way in of a cluster. What it cannot do ({CANNOT}) is a Problem where a route
asks for it (`spec/gateway-cannot`). Hosts, paths and `timeout` each of them can; `gateway: kong` renders nothing yet.

{chr(10).join(lines)}
"""
