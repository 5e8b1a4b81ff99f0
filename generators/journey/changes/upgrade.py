"""Taking a newer version of a golden path: what came between is merged into what a service says today."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from journey.changes import merging, record
from journey.changes.promotion import RULE, Plan, opened, person, plan_of, version
from journey.ci.refused import Refused
from journey.scaffold.service import NEWEST, service_text, wanted_again
from journey.spec import resolve
from journey.spec.edit import EditError
from journey.spec.validate import did_you_mean
from journey.spec.view import View


def planned(root: str, services: Sequence[str]) -> Plan:
    """The plan that brings services to the newest version; all that remember an older one unless named.

    A field that a person edited and that the path changed too stays, and is noted. Raises Refused and Stale.
    """
    begun, view, _, tree = opened(root, person(root))
    files: dict[str, bytes] = {}
    steps: list[record.Step] = []
    notes: list[str] = []
    for name in _older(view, services):
        file = resolve.service_file(view, name)
        said = view.input(file) or {}
        made = said["goldenPath"]["version"]
        wanted = wanted_again(name, said, resolve.environments(view)[-1])
        base, theirs = (service_text(wanted, file, number).encode() for number in (made, NEWEST))
        try:
            files[file], conflicts = merging.files(base, Path(root, file).read_bytes(), theirs, file)
        except EditError as error:
            raise Refused(RULE, f"{file}: {error}", "edit it by hand, and its goldenPath") from error
        notes += [f"{file}: {found}; it stays" for found in conflicts]
        running = version(said)
        steps.append(record.Step(name, running, running))
    act = record.Act("upgrade", str(NEWEST), steps=tuple(steps))
    return plan_of(root, begun, act, files, tree=tree)._replace(notes=tuple(notes))


def _older(view: View, services: Sequence[str]) -> list[str]:
    """The services of an older version. Raises Refused for one that is named and has none."""
    known = resolve.services(view)
    wrong = [f"there is no service `{name}`" for name in services if name not in known]
    if wrong:
        unknown = next(name for name in services if name not in known)
        raise Refused(RULE, "; ".join(wrong), did_you_mean(unknown, known))
    made = {name: (view.input(resolve.service_file(view, name)) or {}).get("goldenPath") for name in services or known}
    nowhere = [name for name, path in made.items() if services and not path]
    if nowhere:
        hint = "if one was, say so in its service.yaml: goldenPath: {name: service, version: 1}"
        raise Refused(RULE, f"{', '.join(nowhere)} was made from no golden path", hint)
    newer = [name for name, path in made.items() if path and path["version"] > NEWEST]
    if newer:
        raise Refused(RULE, f"{', '.join(newer)} is of a newer golden path than {NEWEST}", "take a newer journey")
    return [name for name, path in made.items() if path and path["version"] < NEWEST]
