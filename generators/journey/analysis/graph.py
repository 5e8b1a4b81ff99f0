"""Services, datastores and hosts outside with what dials what, as a picture: Mermaid text or SVG."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from journey.spec import resolve
from journey.spec.service import Need
from journey.spec.view import View

NOT_BY_NAME = "not enforced by name"
"""Of a host outside without networks: a NetworkPolicy knows no names, so its port is open to all outside (Kubernetes
docs, "Network Policies": peers are pods, namespaces and IP blocks)."""

HTTPS = 443
"""The port of a host outside unless said, as in `journey.facts.traffic`."""


class Graph(NamedTuple):
    """Nodes by name with their kind (`service`, `datastore`, `outside`), and edges from who dials to what is dialled.

    An edge's label is the port, and `NOT_BY_NAME` where it holds; `first` says that the dialled one must be healthy
    before.
    """

    nodes: dict[str, str]
    edges: tuple[tuple[str, str, str, bool], ...]


def graph(view: View, environment: str, cluster: str, only: tuple[str, ...] = ()) -> Graph:
    """What dials what in an environment on a cluster; with `only`, these services and their neighbours."""
    nodes: dict[str, str] = dict.fromkeys(resolve.services_at(view, environment, cluster), "service")
    edges: set[tuple[str, str, str, bool]] = set()
    for name in list(nodes):
        for need in resolve.needs(view, name, environment, cluster):
            kind = "service" if need.service else "datastore" if need.datastore else "outside"
            other = need.service or need.datastore or need.host or ""
            nodes.setdefault(other, kind)
            first = need.start == "before" or (need.start is None and kind == "datastore")
            edges.add((name, other, _label(need), first))
    if only:
        edges = {edge for edge in edges if edge[0] in only or edge[1] in only}
        near = {end for edge in edges for end in edge[:2]} | set(only)
        nodes = {name: kind for name, kind in nodes.items() if name in near}
    return Graph(dict(sorted(nodes.items())), tuple(sorted(edges)))


def _label(need: Need) -> str:
    if need.host is None:
        return str(need.port or "")
    port = str(need.port or HTTPS)
    return port if need.cidrs else f"{port}, {NOT_BY_NAME}"


_SHAPES = {"service": ("[", "]"), "datastore": ("[(", ")]"), "outside": ("([", "])")}


def mermaid(found: Graph) -> str:
    """A flowchart for Mermaid (mermaid.js.org, "Flowcharts"): a thick arrow must be healthy first."""
    ids = {name: f"n{number}" for number, name in enumerate(found.nodes)}
    lines = ["flowchart LR"]
    for name, kind in found.nodes.items():
        left, right = _SHAPES[kind]
        lines.append(f'  {ids[name]}{left}"{name}"{right}')
    for source, target, said, first in found.edges:
        arrow = "==>" if first else "-->"
        lines.append(f"  {ids[source]} {arrow}{f'|{said}|' if said else ''} {ids[target]}")
    return "\n".join(lines) + "\n"


_STYLE = """\
<style>
rect{fill:#fff;stroke:#57606a}.datastore{fill:#ddf4ff}.outside{fill:#f6f8fa;stroke-dasharray:4}
path{fill:none;stroke:#57606a}.first{stroke-width:2.5}text{fill:#1f2328;text-anchor:middle}
@media(prefers-color-scheme:dark){rect{fill:#161b22;stroke:#8b949e}.datastore{fill:#0c2d6b}
.outside{fill:#21262d}path{stroke:#8b949e}text{fill:#e6edf3}}
</style>"""
_TIP = """\
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 8 4 0 8" style="fill:#8b949e;stroke:none"/></marker></defs>"""
BOX = (170, 36)
GAP = (90, 22)
MARGIN = 20


def svg(found: Graph) -> str:
    """The same as SVG 1.1: columns from who dials to what is dialled, in light and dark."""
    spots = _spots(found)
    width = max((x for x, _ in spots.values()), default=0) + BOX[0] + MARGIN
    height = max((y for _, y in spots.values()), default=0) + BOX[1] + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        '  font-family="system-ui, sans-serif" font-size="13" role="img">',
        _STYLE,
        _TIP,
        *(_edge(spots[source], spots[target], said, first) for source, target, said, first in found.edges),
        *(_node(name, kind, spots[name]) for name, kind in found.nodes.items()),
    ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _spots(found: Graph) -> dict[str, tuple[int, int]]:
    """Where each box stands: its column is its distance from who nobody dials, its row the order of names."""
    columns: dict[int, list[str]] = {}
    for name, depth in _depths(found).items():
        columns.setdefault(depth, []).append(name)
    return {
        name: (MARGIN + depth * (BOX[0] + GAP[0]), MARGIN + row * (BOX[1] + GAP[1]))
        for depth, names in columns.items()
        for row, name in enumerate(names)
    }


def _depths(found: Graph) -> dict[str, int]:
    """The longest way to each node; services may dial each other, so no way is followed longer than there are nodes."""
    depths = dict.fromkeys(found.nodes, 0)
    for _ in range(len(found.nodes)):
        moved = False
        for source, target, _, _ in found.edges:
            if depths[target] <= depths[source] < len(found.nodes) - 1 and not _back(found, target, source):
                depths[target] = depths[source] + 1
                moved = True
        if not moved:
            break
    return depths


def _back(found: Graph, start: str, goal: str) -> bool:
    """Whether `goal` can be reached from `start`: such an edge closes a circle and sets no column."""
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            todo += [edge[1] for edge in found.edges if edge[0] == name]
    return False


def _node(name: str, kind: str, spot: tuple[int, int]) -> str:
    x, y = spot
    radius = 18 if kind == "datastore" else 6
    text = f'<text x="{x + BOX[0] // 2}" y="{y + 23}">{escape(name if len(name) <= 22 else name[:21] + "…")}</text>'
    box = f'<rect class="{kind}" x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="{radius}"/>'
    return f"<g><title>{escape(name)}</title>{box}{text}</g>"


def _edge(start: tuple[int, int], end: tuple[int, int], said: str, first: bool) -> str:
    x1, y1, x2, y2 = start[0] + BOX[0], start[1] + BOX[1] // 2, end[0], end[1] + BOX[1] // 2
    if x2 <= x1:
        x1, x2 = start[0] + BOX[0] // 2, end[0] + BOX[0] // 2
    bend = max(40, abs(x2 - x1) // 2)
    label = f"<title>port {escape(said)}</title>" if said else ""
    css = ' class="first"' if first else ""
    return (
        f'<path{css} d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" marker-end="url(#tip)">{label}</path>'
    )
