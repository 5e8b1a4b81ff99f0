"""One run's working parts: the engine over the documents, the targets and checks, and what they give."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from journey import targets, tree
from journey.artifact import Artifact, Unit
from journey.facts import builds
from journey.facts.rendered import PATTERNS
from journey.pipeline.cache import Cache, Learnt
from journey.pipeline.progress import Progress
from journey.pipeline.results import RULES, Outcome, Result
from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.graph import Recorder
from journey.spec.sources import SERVICES, Sources
from journey.spec.validate import did_you_mean
from journey.spec.view import Engine, View
from journey.targets.protocol import Target

if TYPE_CHECKING:
    from journey.objectschemas import UserSchemas
    from journey.pipeline.work import Job, Workers


class Session:
    """Everything between the documents and the files, for one run.

    `fresh` holds the outcomes of units that were done in this run, `kept` the units whose earlier outcome holds, and
    `owner` the unit of each file that `gather` was asked for.
    """

    def __init__(self, sources: Sources, known: Cache, checked: bool) -> None:
        self.sources = sources
        self.known = known
        self.checked = checked
        changed = {file for file, document in sources.documents.items() if known.documents.get(file) is not document}
        self.changed = changed | (known.documents.keys() - sources.documents.keys())
        self.engine = Engine(sources.values, known.graph, [*self.changed, SERVICES])
        self.view = View(self.engine)
        self.recorder = Recorder(known.graph, self.engine.suspects)
        self.fresh: dict[Unit, Outcome] = {}
        self.kept: dict[Unit, None] = {}
        self.owner: dict[str, Unit] = {}

    @cached_property
    def user_schemas(self) -> UserSchemas:
        """The user's own schemas."""
        from journey.objectschemas import load_user_schemas

        return load_user_schemas(self.sources.schemas)

    @cached_property
    def job(self) -> Job:
        """What workers do. Made when there is work: questions about what is rendered need no rules, no validators."""
        from journey.objectschemas import Schemas
        from journey.pipeline.judging import Checks, Judge, NoChecks, Rules
        from journey.pipeline.work import Job

        judge: Judge = Checks(Schemas(self.user_schemas.schemas)) if self.checked else NoChecks()
        return Job(self.engine, self.render, Rules(judge))

    @property
    def settled(self) -> bool:
        """Whether the last run left the tree as this very spec wants it, with no error."""
        same = self.known.documents.keys() == self.sources.documents.keys() and self.known.schemas == self.schemas
        return self.known.settled and same and not self.changed and not self.sources.problems

    @property
    def work_ahead(self) -> int:
        """About how many units there are to do: documents that are new, and all of them when little is known."""
        return len(self.changed) if self.known.outcomes else len(self.sources.documents)

    def result(self, unit: Unit) -> Result:
        """The result of a unit that was done, in this run or in an earlier one."""
        return self._made(unit).result

    def _made(self, unit: Unit) -> Outcome:
        return self.fresh.get(unit) or self.known.outcomes[unit]

    def do(self, units: Sequence[Unit], workers: Workers, progress: Progress) -> int:
        """Have every unit done: what still holds is kept, the rest is done now. Gives how many were done."""
        known, holds = self.known.outcomes, self.engine.unchanged
        # what checks read of the user's own schemas goes past the view
        usable = self.known.schemas == self.schemas and not self.sources.problems
        kept = {unit for unit in units if usable and unit in known and holds(known[unit].reads)}
        self.kept.update(dict.fromkeys(unit for unit in units if unit in kept))
        todo = [unit for unit in units if unit not in kept]
        self.fresh.update((made.unit, made) for made in workers.do(todo, self.recorder, progress))
        return len(todo)

    @property
    def schemas(self) -> bytes:
        """A digest of the user's own schemas."""
        return self.sources.schemas_digest

    def judge_spec(self, workers: Workers, progress: Progress) -> list[Problem]:
        """What the rules say of the spec; silent about nodes whose shape is already refused."""
        from journey.objectschemas import kubernetes_versions
        from journey.spec import rules

        units = [Unit(RULES), *(Unit(RULES, service=name) for name in resolve.services(self.view))]
        self.do(units, workers, progress)
        found: list[Problem] = [*self.user_schemas.problems, *self._unknown_targets()]
        found += rules.judge_versions(self.view, kubernetes_versions())
        found += self.found_in(units)
        return list(rules.untouched(dict.fromkeys(found), self.sources.refused))

    def found_in(self, units: Iterable[Unit]) -> list[Problem]:
        """What was found in units."""
        silent = self.known.settled and not self.known.findings
        judged = (unit for unit in units if unit in self.fresh or not silent)
        return [problem for unit in judged if self._made(unit).faulty for problem in self.result(unit).problems]

    def _unknown_targets(self) -> Iterator[Problem]:
        for index, name in enumerate(resolve.target_names(self.view)):
            if targets.named(name) is None:
                where = Pointer(resolve.ROOT_FILE, ("targets", index))
                hint = did_you_mean(name, [target.NAME for target in targets.registered()])
                yield Problem(where, "spec/unknown-target", f"there is no target `{name}`", hint)

    def units(self) -> list[Unit]:
        """All units of the targets that the platform asks for, in order."""
        return [unit for target in self._chosen() for unit in target.units(self.view)]

    def _chosen(self) -> list[Target]:
        wanted = resolve.target_names(self.view)
        if not wanted:
            return list(targets.registered())
        return [target for target in map(targets.named, wanted) if target is not None]

    def render(self, unit: Unit, view: View) -> Iterable[Artifact]:
        target = targets.named(unit.target)
        return () if target is None else target.render(unit, view)  # none renders the spec's own units

    def owned(self, also: tuple[str, ...] = ()) -> tree.Owned:
        """The folders and files that the chosen targets own, and folders that were owned before.

        Single files of targets that are not chosen any more are owned too: their header tells them from others.
        """
        chosen = self._chosen()
        folders = dict.fromkeys(chain((folder for target in chosen for folder in target.FOLDERS), also))
        static = (pattern for target in chosen for pattern in target.PATTERNS)
        patterns = dict.fromkeys(chain(static, PATTERNS, builds.places(self.view)))
        return tree.Owned(tuple(folders), tuple(patterns))

    def gather(self, units: Sequence[Unit], together: bool) -> tuple[dict[str, tree.Wanted], list[Problem]]:
        """The files of units by path and, where asked, what is wrong with all files together.

        That is: one path twice, one object twice, what is named and not there.
        """
        wanted: dict[str, tree.Wanted] = {}
        identities: set[str] = set()
        named: set[str] = set()
        files = objects = 0
        for unit in units:
            result = self.result(unit)
            files += len(result.paths)
            for number, path in enumerate(result.paths):
                wanted[path] = tree.Wanted(result.digests[number], number in result.executables)
                self.owner[path] = unit
                objects += len(result.defines[number])
                identities.update(result.defines[number])
            named.update(identity for _, identity in result.refers)
        if not together or (len(wanted) == files and len(identities) == objects and self._all_there(named, identities)):
            return wanted, []
        return wanted, [*self._collisions(units), *(self._judge_together(units) if self.checked else ())]

    def _all_there(self, named: set[str], identities: set[str]) -> bool:
        """Whether all that is named is defined, or is a folder with files: the usual case, told fast."""
        if not self.checked:
            return True
        from journey.checks import references

        missing = named - identities
        return not missing or missing <= {references.PATH + path.rpartition("/")[0] for path in self.owner}

    def _judge_together(self, units: Sequence[Unit]) -> Iterable[Problem]:
        from journey.checks import references

        defined: dict[str, list[tuple[str, Pointer]]] = {}
        referred: list[tuple[str, str, Pointer]] = []
        folders: set[str] = set()
        for result in map(self.result, units):
            files = result.files
            for file in files:
                folders.update(_ancestors(file.path))
                for identity in file.defines:
                    defined.setdefault(identity, []).append((file.path, Pointer(*file.origin)))
            referred += ((identity, files[at].path, Pointer(*files[at].origin)) for at, identity in result.refers)
        return references.judge(defined, referred, folders)

    def _collisions(self, units: Sequence[Unit]) -> Iterator[Problem]:
        owners: dict[str, Unit] = {}
        for unit in units:
            for file in self.result(unit).files:
                other = owners.setdefault(file.path, unit)
                if other is not unit:
                    message = f"{file.path} is rendered twice: by {other} and by {unit}"
                    yield Problem(Pointer(*file.origin), "tree/collision", message, "rename one of them")

    def owners(self) -> dict[str, Unit]:
        """Which unit each file is of, now or in the last run."""
        units = dict.fromkeys(chain(self.known.outcomes, self.kept, self.fresh))
        return {path: unit for unit in units for path in self.result(unit).paths}

    def learnt(self) -> Learnt:
        """What the next run may know."""
        known, suspects, record = self.known.outcomes, self.engine.suspects, self.engine.record
        gone = len(known) - sum(unit in self.kept or unit in self.fresh for unit in known)
        keys = self.known.graph.keys
        if gone or self.recorder.dead > len(keys) // 4:
            return self._learnt_anew()
        record(self.recorder, self.view.asked())  # which units there are
        outcomes = list(self.fresh.values())
        for unit in self.kept:
            made = known[unit]
            if not suspects.isdisjoint(made.reads):
                reads = record(self.recorder, [keys[number] for number in made.reads])
                made = made.reading(reads)
            outcomes.append(made)
        return self._learnt(outcomes, self.recorder)

    def _learnt_anew(self) -> Learnt:
        """The same without what nobody reads any more."""
        recorder, outcomes = Recorder(), []
        self.engine.record(recorder, self.view.asked())
        for unit in (*self.fresh, *self.kept):
            made = self.fresh.get(unit)
            graph = self.recorder.graph if made else self.known.graph
            made = made or self.known.outcomes[unit]
            reads = self.engine.record(recorder, [graph.keys[number] for number in made.reads])
            outcomes.append(made.reading(reads))
        return self._learnt(outcomes, recorder)

    def _learnt(self, outcomes: list[Outcome], recorder: Recorder) -> Learnt:
        return Learnt(
            documents=self.sources.documents,
            graph=msgspec.Raw(msgspec.msgpack.encode(recorder.graph)),
            outcomes=outcomes,
            owned=self.owned(),
            schemas=self.schemas,
            plugins=plugin_folders(),
        )


def plugin_folders() -> list[str]:
    """The folders of modules of other packages that render or judge."""
    from journey import checks

    modules = {module.partition(":")[0] for module, _ in (*targets.plugins(), *checks.plugins())}
    files = (sys.modules[module].__file__ for module in modules)
    return sorted({os.path.dirname(file) for file in files if file})


def _ancestors(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
