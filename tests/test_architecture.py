"""The rules of the code's shape that a machine can judge: layers, purity, one boundary for crashes, size."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "generators" / "journey"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
APPS = ROOT / "apps"
SERVICE_MODULES = sorted(APPS.rglob("*.py"))

MOST_LINES = 450
CRASH_BOUNDARY = "cli/main.py"
"""The one module that may catch everything, once: there a bug becomes exit code 3 and a request to report it."""

PURE = ("targets", "facts", "workload", "formats")
IMPURE_MODULES = frozenset(
    "asyncio ctypes fcntl ftplib getpass glob http io locale multiprocessing os pathlib platform pwd random secrets"
    " select shutil signal socket sqlite3 ssl subprocess sys tempfile threading time urllib.request uuid".split()
)
PURE_NAMES = frozenset({"pathlib.PurePosixPath", "io.StringIO", "sys.intern", "uuid.uuid5", "uuid.UUID"})
IMPURE_CALLS = frozenset({"open", "input", "print", "breakpoint"})
IMPURE_METHODS = frozenset({"now", "utcnow", "today", "write_text", "write_bytes"})
NETWORK_MODULES = frozenset("aiohttp ftplib http httpx httpx2 requests smtplib socket ssl urllib.request".split())

Finding: TypeAlias = tuple[int, str]
Rule: TypeAlias = Callable[[ast.AST], Iterator[Finding]]


def imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What a statement imports, as (module, full dotted name)."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((node.module, f"{node.module}.{alias.name}") for alias in node.names)


def within(name: str, modules: frozenset[str]) -> bool:
    """Whether a dotted name is one of the modules or stands below one."""
    parts = name.split(".")
    return any(".".join(parts[: end + 1]) in modules for end in range(len(parts)))


def impurities(tree: ast.AST) -> Iterator[Finding]:
    """What reads or changes the world outside a function's arguments (files, clock, network, chance, environment)."""
    for node in ast.walk(tree):
        for _, name in imported(node):
            if within(name, IMPURE_MODULES) and name not in PURE_NAMES:
                yield node.lineno, f"imports {name}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
                yield node.lineno, f"calls {node.func.id}()"
            if isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_METHODS:
                yield node.lineno, f"calls .{node.func.attr}()"


def broad_excepts(tree: ast.AST) -> Iterator[Finding]:
    """Handlers that would hide a bug: a bare `except:`, and those of Exception or BaseException."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            for kind in types:
                if kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}):
                    yield node.lineno, "catches everything"


def missing_annotations(tree: ast.AST) -> Iterator[Finding]:
    """Functions without a return type, and their arguments without a type (`self` and `cls` need none)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.returns is None:
                yield node.lineno, f"{node.name}() has no return type"
            given = node.args
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            for argument in every:
                if argument and argument.annotation is None and argument.arg not in {"self", "cls"}:
                    yield node.lineno, f"{node.name}() has no type for {argument.arg}"


def terminal_use(tree: ast.AST) -> Iterator[Finding]:
    """Printing, ending the process, and the command line's library: the command line's work alone."""
    for node in ast.walk(tree):
        for module, _ in imported(node):
            if within(module, frozenset({"click", "rich"})):
                yield node.lineno, f"imports {module}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "exit", "quit", "sys.exit", "os._exit"}:
            yield node.lineno, f"calls {ast.unparse(node.func)}()"


def network_use(tree: ast.AST) -> Iterator[Finding]:
    """Imports of what opens a socket."""
    for node in ast.walk(tree):
        for module, name in imported(node):
            if within(name, NETWORK_MODULES):
                yield node.lineno, f"imports {module}"  # type: ignore[attr-defined]


def layer(module: str) -> str:
    """The first part of a module's path: `targets/kubernetes/units.py` -> `targets`, `names.py` -> `names`."""
    return PurePosixPath(PurePosixPath(module).parts[0]).stem


def findings(rule: Rule, modules: list[str]) -> list[str]:
    """Every breach as `module:line: what`."""
    return [
        f"{module}:{line}: {what}"
        for module in modules
        for line, what in rule(ast.parse((PACKAGE / module).read_text(encoding="utf-8")))
    ]


def test_the_layers_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename="pyproject.toml", no_logo=True, no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_folder_of_modules_is_a_package() -> None:
    """One without `__init__.py` is imported all the same, but the contracts and the coverage would pass it over."""
    folders = {(PACKAGE / module).parent for module in MODULES}
    assert [folder.name for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_what_renders_is_pure() -> None:
    assert findings(impurities, [module for module in MODULES if layer(module) in PURE]) == []


def test_only_the_live_layer_opens_a_socket() -> None:
    assert findings(network_use, [module for module in MODULES if layer(module) != "live"]) == []


def test_only_the_command_line_prints_and_exits() -> None:
    assert findings(terminal_use, [module for module in MODULES if layer(module) not in {"cli", "__main__"}]) == []


def test_one_boundary_alone_catches_everything() -> None:
    assert findings(broad_excepts, [module for module in MODULES if module != CRASH_BOUNDARY]) == []
    assert len(findings(broad_excepts, [module for module in MODULES if module == CRASH_BOUNDARY])) <= 1


def test_every_function_is_annotated() -> None:
    assert findings(missing_annotations, MODULES) == []


def test_no_module_is_long() -> None:
    lengths = {module: len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) for module in MODULES}
    assert {module: lines for module, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("rule", [broad_excepts, missing_annotations])
def test_services_keep_the_rules_of_shape(rule: Rule) -> None:
    found = [
        f"{path.relative_to(APPS)}:{line}: {what}"
        for path in SERVICE_MODULES
        for line, what in rule(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert SERVICE_MODULES
    assert found == []
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SERVICE_MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize(
    ("rule", "source", "finding"),
    [
        (impurities, "import os.path", "imports os.path"),
        (impurities, "from os import environ", "imports os.environ"),
        (impurities, "from pathlib import Path", "imports pathlib.Path"),
        (impurities, "from urllib import request", "imports urllib.request"),
        (impurities, "from datetime import datetime\nx = datetime.now()", "calls .now()"),
        (impurities, "import datetime\nx = datetime.date.today()", "calls .today()"),
        (impurities, "def f(): return open('x')", "calls open()"),
        (network_use, "from http.client import HTTPConnection", "imports http.client"),
        (terminal_use, "import click", "imports click"),
        (terminal_use, "import sys\nsys.exit(1)", "calls sys.exit()"),
        (terminal_use, "print(1)", "calls print()"),
        (broad_excepts, "try: f()\nexcept: pass", "catches everything"),
        (broad_excepts, "try: f()\nexcept (ValueError, Exception): pass", "catches everything"),
        (missing_annotations, "def f(): ...", "f() has no return type"),
        (missing_annotations, "def f(*, a) -> None: ...", "f() has no type for a"),
        (missing_annotations, "async def f(**a) -> None: ...", "f() has no type for a"),
    ],
)
def test_a_breach_is_found(rule: Rule, source: str, finding: str) -> None:
    assert [what for _, what in rule(ast.parse(source))] == [finding]


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (impurities, "from pathlib import PurePosixPath"),
        (impurities, "from urllib.parse import quote"),
        (impurities, "from datetime import timedelta\nimport hashlib, re"),
        (impurities, "from journey.names import dns_label"),
        (network_use, "from urllib.parse import urlsplit"),
        (broad_excepts, "try: f()\nexcept (OSError, ValueError): pass"),
        (missing_annotations, "class A:\n    def f(self, *a: int, **b: int) -> None: ..."),
    ],
)
def test_what_is_allowed_is_not_found(rule: Rule, source: str) -> None:
    assert list(rule(ast.parse(source))) == []
