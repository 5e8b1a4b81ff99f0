"""Alerts and objectives that a change weakens."""

from __future__ import annotations

from collections.abc import Iterator

from journey.changes.diff.compare import duration
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import Tree, mapping, mappings, text

_ALERTS = "https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/"
GONE = Rule("alert/removed", Effect.WEAKER, "An alert can no longer fire.", _ALERTS)
LATER = Rule("alert/later", Effect.WEAKER, "An alert fires later than it did.", _ALERTS)
OTHER = Rule("alert/changed", Effect.RELOAD, "An alert fires on something else than it did.", _ALERTS)
OBJECTIVE = Rule(
    "objective/lower",
    Effect.WEAKER,
    "An objective promises less.",
    "https://sre.google/workbook/implementing-slos/",
)
RULES = (GONE, LATER, OTHER, OBJECTIVE)


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """Alerts of a PrometheusRule that go, or wait longer."""
    del sides
    if pair.thing.kind != "PrometheusRule":
        return
    before, after = _alerts(pair.before), _alerts(pair.after)
    for name, alert in before.items():
        names = tuple(item for item in pair.names() if any(name in str(step) for step in item)) or None
        if name not in after:
            yield Found(GONE, pair, f"the alert {name} goes", names, name)
            continue
        was, now = (duration(text(item, "for")) or 0 for item in (alert, after[name]))
        if now > was:
            says = f"{name} fires after {text(after[name], 'for')}; it was {text(alert, 'for') or 'at once'}"
            yield Found(LATER, pair, says, names, name)
        if text(alert, "expr") != text(after[name], "expr"):
            yield Found(OTHER, pair, f"{name} asks something else", names, name)


def _alerts(rule: Tree) -> dict[str, Tree]:
    groups = mappings(mapping(rule, "spec"), "groups")
    return {text(item, "alert"): item for group in groups for item in mappings(group, "rules") if "alert" in item}
