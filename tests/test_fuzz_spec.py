"""Whatever stands in the files of a spec: Problems, or a spec that resolves; never an exception."""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.problem import Level, Pointer
from journey.spec import resolve, sources
from journey.spec.files import MAX_BYTES
from tests.specs import PLATFORM, SERVICE, judge, load, problems, shown, view_of

WHOLE = {
    "platform.yaml": """\
name: shop
domain: example.com
repository: {url: "https://github.com/example/shop.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@example/web"], contact: web@example.com, onCall: {email: oncall@example.com}}
sizes:
  small: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: nginx, addons: [eso, prometheus]}
  two:
    provider: aws
    region: eu-west-1
    kubernetes: "1.35"
    pods: 10.1.0.0/16
    apiServer: [10.2.0.0/28]
    gateway: ingress
    hub: local
    nodePools: {general: {size: m7g.large, min: 1, max: 3, zones: [eu-west-1a]}}
    addons: [eso, prometheus]
    defaults: {priority: high}
environments:
  dev: {clusters: [local], size: small}
  staging:
    clusters: [two]
    promotesFrom: dev
    size: small
    syncWindows: [{kind: allow, schedule: "0 7 * * 1-4", duration: 10h}]
    defaults: {scaling: {min: 2}}
datastores:
  main:
    engine: postgresql
    version: "15"
    team: web
    secret: datastores/main
    databases: [auth]
    environments: {staging: {storage: 20Gi, backups: {bucket: "s3://backups.example.com/main"}}}
addons:
  eso:
    team: web
    provides: [secrets]
    chart: {repository: "https://charts.example.com", name: eso, version: 1.0.0}
    values: {installCRDs: true}
    clusters: {two: {replicas: 2}}
  prometheus:
    team: web
    provides: [monitoring, resource-metrics]
    namespace: observability
    chart: {repository: "https://charts.example.com", name: prometheus, version: 1.0.0}
    podSecurity: {level: baseline, reason: It reads the nodes.}
defaults:
  volumes: {tmp: {path: /tmp}}
""",
    "promoted/staging.yaml": """\
defaults: {volumes: {tmp: {path: /tmp}}}
datastores:
  main: {engine: postgresql, version: "15", team: web, secret: datastores/main}
addons:
  eso:
    team: web
    provides: [secrets]
    chart: {repository: "https://charts.example.com", name: eso, version: 1.0.0}
  prometheus:
    team: web
    provides: [monitoring, resource-metrics]
    chart: {repository: "https://charts.example.com", name: prometheus, version: 1.0.0}
""",
    "apps/auth/service.yaml": """\
team: web
kind: web
runtime: python
ports:
  http: {port: 8080, expose: 80}
  admin: {port: 9000}
routes:
  api: {path: /v1, methods: [GET], timeout: 10s, rateLimit: {requests: 60, per: 1m}}
health:
  liveness: {path: /livez}
  readiness: {kind: tcp, port: admin}
  startup: {kind: exec, command: [ready]}
resources: {requests: {cpu: 50m}, limits: {cpu: 100m}}
scaling: {min: 1, max: 3, cpu: 70}
needs:
- datastore: main
- {service: gateway, port: http}
- {host: api.example.com, port: 443, cidrs: [192.0.2.0/24]}
config:
  values: {LOG_LEVEL: info, LIMIT: 10, OPEN: {value: true, runtime: true}}
  files: {/etc/app/app.yaml: "mode: server"}
secrets:
  DB_PASSWORD: {path: main, key: password}
  KEY: {path: main, key: key, file: /run/secrets/key}
identity: {kubernetes: [{resources: [pods], verbs: [get]}], cloud: []}
slos: {availability: {objective: 99.5}, latency: {threshold: 300ms}}
metrics: {port: admin, names: {requests_total: {type: counter}}}
volumes: {data: {path: /data, size: 1Gi}}
init: {wait: {command: [wait], env: {HOST: main}}}
migrations: {command: [migrate]}
labels: {example.com/tier: back}
annotations: {example.com/note: none}
patches:
- {target: {kind: Deployment}, merge: {spec: {minReadySeconds: 5}}}
- {target: {kind: Service}, json: [{op: remove, path: /spec/type}]}
extra:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: extra}}
release: {version: "1.0.0"}
environments:
  dev: {scaling: {min: 1, max: 1}, clusters: {local: {size: null, config: {values: {LOG_LEVEL: debug}}}}}
  staging: {ports: {admin: {port: 9001}}, needs: [{service: gateway, port: 80}]}
""",
    "apps/auth/promoted/staging.yaml": """\
base:
  kind: web
  ports: {http: {port: 8080}, admin: {port: 9000}}
  metrics: {port: admin}
clusters:
  two: {kind: web, ports: {http: {port: 8080}, admin: {port: 9000}}}
""",
    "apps/gateway/service.yaml": SERVICE,
    "apps/gateway/promoted/staging.yaml": "base: {ports: {http: {port: 8080, expose: 80}}}\n",
    "apps/nightly/service.yaml": 'team: web\nkind: cron\nschedule: {cron: "0 3 * * *"}\nneeds: [{service: auth}]\n',
}
TREES: dict[str, Any] = {file: yaml.safe_load(text) for file, text in WHOLE.items()}
PLACED = re.compile(r"\S.*?(:[1-9][0-9]*:[1-9][0-9]*)? (warning )?(spec|yaml)/[a-z-]+: \S")


def test_the_whole_spec_is_right() -> None:
    """What is mutated below is right: a mutation that is found was not there before."""
    assert judge(WHOLE) == []


def texts_with_one_no() -> Iterator[tuple[str, str]]:
    """Every file of the whole spec with each of its nodes in turn replaced by an unquoted `no`."""
    for file, tree in TREES.items():
        for path in paths(tree):
            if path:
                changed = copy.deepcopy(tree)
                holder = changed
                for step in path[:-1]:
                    holder = holder[step]
                holder[path[-1]] = "@"
                yield file, yaml.safe_dump(changed, sort_keys=False, width=1000).replace("'@'", "no")


def test_one_mistake_is_one_problem_whatever_follows_from_it() -> None:
    for file, text in texts_with_one_no():
        found = judge({**WHOLE, file: text})
        assert len(found) == 1 and "yaml/ambiguous-scalar: no must be quoted" in found[0], found


def test_a_required_field_that_is_missing_is_one_problem() -> None:
    lacking = 0
    for file, text in texts_with_one_no():
        found = judge({**WHOLE, file: re.sub(r"(?m)^ *[\w.-]+: no\n", "", text)})
        missing = [problem for problem in found if "spec/missing-field" in problem]
        lacking += bool(missing)
        assert len(found) == 1 or not missing, found
    assert lacking > 20


def survives(files: dict[str, str | bytes], folder: Path) -> None:
    """Problems, or a spec that resolves."""
    found = load(files, folder)
    every = problems(found)
    for problem in every:
        assert PLACED.match(shown(found, problem)), problem
        assert isinstance(problem.where, Pointer) is False or problem.where.file in found.documents
    if not any(problem.level is Level.ERROR for problem in every):
        view = view_of(found)
        for env, cluster in resolve.places(view):
            resolve.services_at(view, env, cluster)
            resolve.features(view, cluster)
            for name in resolve.datastores(view, env):
                resolve.datastore(view, env, name)


SCALARS = [
    *"no on yes ~ null true 1e3 0o7 010 12:30 0x1F .inf .nan 2024-01-31 -1 0 99999999999999999999 1.5".split(),
    *['""', "'", '"', "{}", "[]", "[[]]", "{a: b}", "&a x", "*a", "!!str x", "|\n", "- x", "? x", "<<: *a", "é", "😀"],
]
NOISE = [
    *SCALARS,
    "\t",
    "\x00",
    "\x07",
    "\ufeff",
    "\u2028",
    "\r",
    "\n",
    "  ",
    ": ",
    "- ",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
]


@st.composite
def torn_texts(draw: st.DrawFn) -> dict[str, str | bytes]:
    """The whole spec with a few edits to the text of one of its files, or bytes that are no text."""
    file = draw(st.sampled_from(sorted(WHOLE)))
    text = WHOLE[file]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + draw(st.sampled_from(["", *NOISE])) + text[stop:]
    data = text.encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at:]
    return {**WHOLE, file: data}


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path of a tree."""
    yield path
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in below:
        yield from paths(item, (*path, step))


PATHS = [(file, path) for file, tree in TREES.items() for path in paths(tree) if path]
WORDS = "a web auth main local two dev staging http 0s 10 1Gi / no cron worker head ../.. A_b a--b 1.2.3.4/33".split()
WORDS += ["", "x\n", "a" * 70, "${X}"]
KEYS = "a http port path name service host kind".split()
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-1, 100_000),
        st.floats(-1e6, 1e6),
        st.sampled_from(
            ["", "a", "web", "auth", "main", "local", "two", "dev", "staging", "http", "0s", "10", "1Gi", "/"]
        ),
        st.sampled_from(
            ["no", "cron", "worker", "head", "../..", "a" * 70, "A_b", "a--b", "1.2.3.4/33", "x\n", "${X}"]
        ),
        st.text(max_size=8),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.sampled_from(["a", "http", "port", "path", "name", "service", "host", "kind"]), below, max_size=3
        ),
    ),
    max_leaves=5,
)


@st.composite
def changed_trees(draw: st.DrawFn) -> dict[str, str | bytes]:
    """The whole spec with random values at random paths, and keys that are gone, moved or renamed."""
    trees = copy.deepcopy(TREES)
    for file, path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        holder: Any = trees[file]
        for step in path[:-1]:
            holder = holder[step] if _holds(holder, step) else None
        last = path[-1]
        if not _holds(holder, last):
            continue
        how, value = draw(st.sampled_from(["set", "set", "set", "remove", "double"])), copy.deepcopy(holder[last])
        if how == "set":
            holder[last] = draw(VALUES)
        elif how == "remove":
            del holder[last]
        elif isinstance(holder, list):
            holder.append(value)
        else:
            holder[draw(st.sampled_from(["a", "b-c", "dev", "Upper", "auth", "local"]))] = value
    return {file: json.dumps(tree) for file, tree in trees.items()}


def _holds(holder: object, step: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(step, int) and step < len(holder)
    return isinstance(holder, dict) and step in holder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every example writes the same files, so one folder serves them all."""
    return tmp_path_factory.mktemp("spec")


@given(torn_texts())
@settings(max_examples=80)
def test_torn_texts(folder: Path, files: dict[str, str | bytes]) -> None:
    survives(files, folder)


@given(changed_trees())
@settings(max_examples=150)
def test_changed_trees(folder: Path, files: dict[str, str | bytes]) -> None:
    survives(files, folder)


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), st.binary(max_size=60) | st.text(max_size=60).map(str.encode)))
@settings(max_examples=40)
def test_random_files(folder: Path, files: dict[str, bytes]) -> None:
    survives({**WHOLE, **files}, folder)


LAUGHS = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (LAUGHS, "yaml/size"),
        ("extra: " + "[" * 100_000, "yaml/depth"),
        ("extra: " + "{a: " * 5_000 + "}" * 5_000, "yaml/depth"),
        ("team: \xff".encode("latin-1"), "yaml/encoding"),
        ("team: web".encode("utf-16"), "yaml/encoding"),
        (b"team: w\x00b\n", "yaml/character"),
        (b"x" * (MAX_BYTES + 1), "spec/unreadable"),
    ],
    ids=["laughs", "lists", "mappings", "latin-1", "utf-16", "nul", "large"],
)
def test_what_is_refused_at_once(text: str | bytes, rule: str) -> None:
    found = judge({"apps/shop/service.yaml": text})
    assert [problem.split()[1] for problem in found] == [f"{rule}:"]


def test_files_that_are_none(tmp_path: Path) -> None:
    """A folder, a link that leads nowhere, and a pipe that nobody writes to."""
    (tmp_path / "apps" / "pipe").mkdir(parents=True)
    os.mkfifo(tmp_path / "apps" / "pipe" / "service.yaml")
    (tmp_path / "apps" / "shop" / "service.yaml").mkdir(parents=True)
    (tmp_path / "apps" / "auth").mkdir()
    (tmp_path / "apps" / "auth" / "service.yaml").symlink_to("nowhere")
    (tmp_path / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    found = load({}, tmp_path)
    told = [shown(found, problem) for problem in problems(found)]
    hint = "check that it is a readable file of at most 4 MiB"
    assert told == [
        f"apps/auth/service.yaml spec/unreadable: the file cannot be read ({hint})",
        f"apps/pipe/service.yaml spec/unreadable: the file cannot be read ({hint})",
        f"apps/shop/service.yaml spec/unreadable: the file cannot be read ({hint})",
    ]


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"apps", b"\xff\xfe")
    try:
        os.makedirs(folder)
    except OSError:
        pytest.skip("this file system takes names in UTF-8 alone")
    Path(os.fsdecode(folder), "service.yaml").write_text("team: web\n", encoding="utf-8")
    found = load({}, tmp_path)
    message = r"`apps/*/service.yaml` leads to `apps/\xff\xfe/service.yaml`, whose name is no UTF-8"
    told = [shown(found, problem) for problem in problems(found)]
    assert told == [f"platform.yaml:1:1 spec/include: {message} (rename it)"]


def test_no_platform(tmp_path: Path) -> None:
    found = sources.load(str(tmp_path))
    told = "platform.yaml spec/no-platform: there is no platform.yaml here"
    hint = "run this in a platform's folder, name it with --root, or make one: journey init"
    assert [shown(found, problem) for problem in problems(found)] == [f"{told} ({hint})"]
