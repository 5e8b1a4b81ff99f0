"""One run's working parts: the engine over the documents, the targets and checks, and what they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from journey import checks, targets, tree
from journey.artifact import Artifact, Unit
from journey.checks import references
from journey.objectschemas import Schemas, kubernetes_versions, load_user_schemas
from journey.pipeline.cache import Cache
from journey.pipeline.judging import Checks, NoChecks
from journey.pipeline.results import Result
from journey.pipeline.work import Job, Judge, Workers
from journey.problem import Place, Pointer, Problem
from journey.spec import resolve, rules
from journey.spec.sources import Sources, service_name
from journey.spec.validate import did_you_mean
from journey.spec.view import Engine, Key, View
from journey.targets.protocol import Target

RULES = "spec"
"""The name under which judgements of the spec itself are kept, as if they were a target's units."""


class Rules:
    """Judges units of the spec itself by its rules, and all others by the checks."""

    def __init__(self, checks: Judge) -> None:
        self.checks = checks

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterable[Problem]:
        """What is wrong with a unit."""
        if unit.target != RULES:
            return self.checks.inspect(unit, artifacts, view)
        return rules.judge_service(view, unit.service) if unit.service else rules.judge_platform(view)


class Session:
    """Everything between the documents and the files, for one run."""

    def __init__(self, sources: Sources, known: Cache, checked: bool) -> None:
        self.sources = sources
        self.known = known
        services = {service_name(file): file for file in sources.documents if file.endswith("/service.yaml")}
        values = {**sources.values, resolve.SERVICES: services}
        changed = {file for file, document in sources.documents.items() if known.documents.get(file) is not document}
        changed |= known.documents.keys() - sources.documents.keys()
        self.engine = Engine(values, known.records, changed | {resolve.SERVICES})
        self.view = View(self.engine)
        self.changed = changed
        self.reread = bool(changed)
        self.schemas = tree.digest(repr(sorted(sources.schemas.items())).encode())
        if self.schemas != known.schemas:
            known.results = {}  # checks read the user's own schemas past the view
        self.user_schemas = load_user_schemas(sources.schemas)
        checks_: Judge = Checks(Schemas(self.user_schemas.schemas)) if checked else NoChecks()
        self.checked = checked
        self.targets: dict[str, Target] = {target.NAME: target for target in targets.registered()}
        self.job = Job(self.engine, self._render, Rules(checks_))
        self.judged: dict[Unit, Result] = {}
        self.rendered: dict[Unit, Result] = {}

    @property
    def work_ahead(self) -> int:
        """About how many units there are to do: documents that are new, and all of them when little is known."""
        return len(self.changed) if self.known.results else len(self.sources.documents)

    @staticmethod
    def plugin_modules() -> tuple[str, ...]:
        """Modules of other packages that render or judge."""
        return tuple(module for module, _ in (*targets.plugins(), *checks.plugins()))

    def judge_spec(self, workers: Workers) -> list[Problem]:
        """What the rules say of the spec; silent about nodes whose shape is already refused."""
        units = [Unit(RULES), *(Unit(RULES, service=name) for name in resolve.services(self.view))]
        kept = {} if self.sources.problems else self.still_valid(units)
        self.judged = kept | {result.unit: result for result in workers.render([u for u in units if u not in kept])}
        found: list[Problem] = [*self.user_schemas.problems, *self._unknown_targets()]
        found += rules.judge_versions(self.view, kubernetes_versions())
        found += [problem for unit in units for problem in self.judged[unit].problems]
        broken = [problem.where for problem in self.sources.problems]
        return [problem for problem in dict.fromkeys(found) if not _touches(problem.where, broken)]

    def _unknown_targets(self) -> Iterator[Problem]:
        for index, name in enumerate(resolve.target_names(self.view)):
            if name not in self.targets:
                where = Pointer(resolve.ROOT_FILE, ("targets", index))
                hint = did_you_mean(name, self.targets)
                yield Problem(where, "spec/unknown-target", f"there is no target `{name}`", hint)

    def units(self) -> list[Unit]:
        """All units of the targets that the platform asks for, in order."""
        return [unit for target in self._chosen() for unit in target.units(self.view)]

    def _chosen(self) -> list[Target]:
        wanted = resolve.target_names(self.view)
        return [target for name, target in self.targets.items() if not wanted or name in wanted]

    def _render(self, unit: Unit, view: View) -> Iterable[Artifact]:
        return () if unit.target == RULES else self.targets[unit.target].render(unit, view)

    def still_valid(self, units: Sequence[Unit]) -> dict[Unit, Result]:
        """Results of the last run that hold now: nothing that they read has changed."""
        known = self.known.results
        engine = self.engine
        return {
            unit: result for unit in units if (result := known.get(unit)) is not None and engine.unchanged(result.reads)
        }

    def judge(self, results: dict[Unit, Result]) -> list[Problem]:
        """What is wrong with all files together, and what was found in each unit."""
        problems = [problem for result in results.values() if result.findings for problem in result.problems]
        if not self.checked or _joined(results.values()):
            return problems
        defined: dict[str, list[tuple[str, Pointer]]] = {}
        referred: list[tuple[str, str, Pointer]] = []
        folders: set[str] = set()
        for result in results.values():
            for file in result.files:
                folders.add(file.path.rpartition("/")[0])
                for identity in file.defines:
                    defined.setdefault(identity, []).append((file.path, Pointer(*file.origin)))
            for number, identity in result.refers:
                file = result.files[number]
                referred.append((identity, file.path, Pointer(*file.origin)))
        problems += references.judge(defined, referred, folders)
        return problems

    def wanted(self, results: dict[Unit, Result]) -> tuple[dict[str, tree.Wanted], list[Problem]]:
        """Every file by path; two units that render the same one are a Problem that names both."""
        wanted: dict[str, tree.Wanted] = {}
        owners: dict[str, Unit] = {}
        problems: list[Problem] = []
        for unit, result in results.items():
            for file in result.files:
                other = owners.setdefault(file.path, unit)
                if file.path in wanted:
                    message = f"{file.path} is rendered twice: by {other} and by {unit}"
                    problems.append(Problem(Pointer(*file.origin), "tree/collision", message, "rename one of them"))
                wanted[file.path] = tree.Wanted(file.digest, file.executable)
        return wanted, problems

    def owners(self) -> dict[str, Unit]:
        """Which unit each file is of, now or in the last run."""
        known = {file.path: unit for unit, result in self.known.results.items() for file in result.files}
        return known | {file.path: unit for unit, result in self.rendered.items() for file in result.files}

    def owned(self) -> tree.Owned:
        """The folders and files that the chosen targets own."""
        chosen = self._chosen()
        folders = dict.fromkeys(folder for target in chosen for folder in target.FOLDERS)
        patterns = dict.fromkeys(pattern for target in chosen for pattern in target.PATTERNS)
        return tree.Owned(tuple(folders), tuple(patterns))

    def cache(self, results: dict[Unit, Result], index: tree.Index) -> Cache:
        """What the next run may know."""
        kept = {**self.judged, **results}
        roots: Iterable[Key] = (key for result in kept.values() for key in result.reads)
        return Cache(
            documents=dict(self.sources.documents),
            records=self.engine.records(roots),
            results=kept,
            index=index,
            schemas=self.schemas,
        )


def _joined(results: Iterable[Result]) -> bool:
    """Whether every reference across units leads somewhere and nothing is defined twice: the usual case, told fast."""
    results = list(results)
    identities = [identity for result in results for file in result.files for identity in file.defines]
    known = set(identities)
    if len(known) < len(identities):
        return False
    folders = {file.path.rpartition("/")[0] for result in results for file in result.files}
    known.update(references.PATH + folder for folder in folders)
    return all(identity in known for result in results for _, identity in result.refers)


def _touches(where: Pointer | Place, broken: Sequence[Pointer | Place]) -> bool:
    """Whether a finding stands at, below or above a node whose shape is already refused."""
    for other in broken:
        if other.file != where.file:
            continue
        if isinstance(other, Place) or isinstance(where, Place):
            return True
        length = min(len(other.path), len(where.path))
        if where.path and other.path[:length] == where.path[:length]:
            return True
    return False
