"""What differs by runtime: how dependencies come, what is staged, and how the program starts, is asked and stops."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from journey.facts.builds import Image

ROOT, CODE, APP, DEPS = "/image", "/code", "/app", "/deps"
"""Where the last stage's files are gathered, the program's own apart since they change most; the repository's files,
and Python's dependencies."""

CACHE = "/cache"
"""What package managers keep between builds; no part of an image."""


class Runtime(NamedTuple):
    """A runtime, filled in for one service.

    `dependencies` are instructions before the service's files are there, `finish` those after. `kept` are shell words
    of what the program needs of the base, `dropped` of what of that it does not. `asks` asks a URL, which follows it,
    whether it is well.
    """

    dependencies: tuple[str, ...]
    finish: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    environment: Mapping[str, str]
    start: tuple[str, ...]
    asks: tuple[str, ...]
    stop: str = "SIGTERM"
    compiled: bool = False


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_STDLIB = """$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"""


def python(image: Image) -> Runtime:
    """The wheels of a lock with hashes; nothing is compiled here, nor at the start."""
    lock = f"{image.folder}/{image.build.lock}"
    kept = f"{CACHE}/.cache/pip"  # hadolint knows by its name that what pip keeps is in no layer
    install = (
        f"RUN --mount=type=cache,target={kept} \\\n"
        "    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \\\n"
        f"    mkdir --parents {DEPS} \\\n"
        "    && python3 -m pip install --require-hashes --no-deps --only-binary=:all: --no-compile \\\n"
        f"    --cache-dir={kept} --target={DEPS} --no-warn-script-location --requirement={image.build.lock}"
    )
    module = image.name.replace("-", "_")
    return Runtime(
        dependencies=(f"COPY {lock} {APP}/{lock}", install),
        finish=(),
        kept=(DEPS, '"$(command -v python3)"', '"$(readlink --canonicalize "$(command -v python3)")"', f'"{_STDLIB}"'),
        dropped=tuple(f'"{ROOT}{_STDLIB}/{name}"' for name in ("site-packages", "ensurepip", "idlelib", "test")),
        environment={
            "PATH": f"{DEPS}/bin:{_PATH}",
            "PYTHONPATH": f"{APP}/{posixpath.dirname(image.folder)}:{DEPS}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        },
        start=("python3", "-m", module),
        asks=("python3", "-c", "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)"),
        compiled=True,
    )


def node(image: Image) -> Runtime:
    """The packages of npm's own lock. What only builds need goes again once they are done."""
    npm = (
        f"RUN --mount=type=cache,target={CACHE} \\\n"
        "    --mount=type=secret,id=npmrc \\\n"
        "    npm {0} --ignore-scripts --no-audit --no-fund"
        f" --cache={CACHE} --userconfig=/run/secrets/npmrc"
    )
    files = ("package.json", "package-lock.json")
    copied = " ".join(f"{image.folder}/{file}" for file in files)
    install = npm.format("ci" if image.build.run else "ci --omit=dev")
    return Runtime(
        dependencies=(f"COPY {copied} {APP}/{image.folder}/", install),
        finish=(npm.format("prune --omit=dev"),) if image.build.run else (),
        kept=('"$(command -v node)"', '"$(readlink --canonicalize "$(command -v node)")"'),
        dropped=(),
        environment={"PATH": _PATH, "NODE_ENV": "production"},
        start=("node", "."),
        asks=(
            "node",
            "-e",
            "fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))",
        ),
    )


def nginx(image: Image) -> Runtime:
    """NGINX with its modules; its pid stands in /tmp, since nothing else can be written. SIGQUIT lets requests end."""
    return Runtime(
        dependencies=(),
        finish=(),
        kept=("/usr/sbin/nginx", "/etc/nginx", "/usr/lib/nginx", "/usr/share/nginx", "/var/log/nginx", "/usr/bin/curl"),
        dropped=(),
        environment={"PATH": _PATH},
        start=("nginx", "-g", "daemon off; pid /tmp/nginx.pid;"),
        asks=("curl", "--fail", "--silent", "--output", "/dev/null"),
        stop="SIGQUIT",
    )


def generic(image: Image) -> Runtime:
    """What `run` made, or what was there."""
    return Runtime((), (), (), (), {"PATH": _PATH}, (), ())


RUNTIMES: Mapping[str, Callable[[Image], Runtime]] = MappingProxyType(
    {"python": python, "node": node, "nginx": nginx, "generic": generic}
)


def staged(image: Image, runtime: Runtime) -> Iterator[str]:
    """Shell commands that gather the last stage's files: the same bytes and times, whoever builds.

    The libraries are those that ldd (ld.so(8)) names for each executable and shared object, the application's too, and
    libgcc_s, which the C library loads when a thread ends. The linker's cache comes with them: it names folders that
    are not the linker's own.
    """
    security = image.service.security
    yield f"mkdir --parents {ROOT}/etc {ROOT}/tmp {APP}"
    yield f"printf 'app:x:{security.user}:{security.group}::/tmp:/\\n' >{ROOT}/etc/passwd"
    yield f"printf 'app:x:{security.group}:\\n' >{ROOT}/etc/group"
    yield f"printf 'hosts: files dns\\n' >{ROOT}/etc/nsswitch.conf"
    optional = "/etc/ld.so.cache /etc/ssl/certs/ca-certificates.crt /usr/share/zoneinfo"
    yield f'for path in {optional}; do [ ! -e "$path" ] || cp --archive --parents "$path" {ROOT}; done'
    if runtime.kept:
        yield f"cp --archive --parents {' '.join(runtime.kept)} {ROOT}"
    if runtime.dropped:
        yield f"rm --recursive --force {' '.join(runtime.dropped)}"
    yield _libraries()
    if runtime.compiled:
        yield f"find {ROOT} {APP} -name __pycache__ -prune -exec rm --recursive --force {{}} +"
        yield f"{{ python3 -m compileall -qq --invalidation-mode unchecked-hash -s {ROOT} {ROOT} || true; }}"
        yield f"{{ python3 -m compileall -qq --invalidation-mode unchecked-hash {APP} || true; }}"
    yield f"mkdir {CODE}"
    yield f"mv {APP} {CODE}{APP}"
    yield f"chmod --recursive u=rwX,go=rX {ROOT} {CODE}"
    yield f"chmod 1777 {ROOT}/tmp"
    yield f'find {ROOT} {CODE} -exec touch --no-dereference --date="@${{SOURCE_DATE_EPOCH}}" {{}} +'


def _libraries() -> str:
    linked = "-type f \\( -perm /111 -o -name '*.so*' -o -name '*.node' \\)"
    found = f"find {ROOT} {APP} {linked} -exec ldd {{}} \\; 2>/dev/null"
    named = "awk '/=> \\// {print $3} $1 ~ /^\\// && NF == 2 {print $1}'"
    unwinder = "ldconfig --print-cache | awk '/libgcc_s\\.so\\.1/ {print $NF}'"
    copied = f"xargs --no-run-if-empty cp --dereference --parents --target-directory={ROOT}"
    own = f"{{ grep --invert-match --extended-regexp '^({ROOT}|{APP})/' || true; }}"
    return f"{{ {found} | {named}; {unwinder}; }} \\\n  | sort --unique | {own} \\\n  | {copied}"
