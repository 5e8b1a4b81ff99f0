"""Debian's container engine and registry on this machine, in a folder of their own, and an image to build on.

While it builds, the engine has no bridge and touches no firewall: containers run without a network, and who asks one
something enters its network namespace. For Compose it runs in a network namespace of its own, where bridges and rules
are nobody else's and end with it. The base is made here from Debian's packages, with this machine's Node beside them:
a stand-in for the official images on Debian 12, which no registry brings here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from journey.lab.programs import LabError
from journey.live.local import LOOPBACK, accepts, free_port

PACKAGES = ("ca-certificates", "python3", "python3-pip", "nginx-light", "curl")
"""What the runtimes need of a base beside Node."""

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
START = 60.0
"""Seconds that a server gets to listen."""

_REGISTRY = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "{address}"}}
"""


class Engine:
    """A running engine; `registry` is the address of a registry beside it."""

    def __init__(self, socket: Path, registry: str = "", process: int = 0) -> None:
        self.socket = socket
        self.registry = registry
        self.process = process

    def run(self, *arguments: str, folder: str | Path = ".", check: bool = True) -> str:
        """What a command of the client says. Raises LabError with its last words."""
        command = [client(), "--host", f"unix://{self.socket}", *arguments]
        environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if check and done.returncode:
            words = " | ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-8:])
            raise LabError(f"docker {' '.join(arguments[:2])}: {words}")
        return done.stdout.strip()

    def inspect(self, name: str) -> dict[str, Any]:
        """A container or an image."""
        found: dict[str, Any] = json.loads(self.run("inspect", name))[0]
        return found

    def build(self, root: str | Path, dockerfile: str, tag: str, *options: str, **arguments: str) -> dict[str, Any]:
        """Build as a person would, with this machine's settings of npm and pip as secrets; gives the image."""
        settings = {"npmrc": Path.home() / ".npmrc", "pip.conf": Path("/etc/pip.conf")}
        secrets = [f"--secret=id={name},src={path}" for name, path in settings.items() if path.exists()]
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        command = ["build", "--quiet", "--network=host", f"--file={dockerfile}", f"--tag={tag}", *secrets, *given]
        self.run(*command, *options, ".", folder=root)
        return self.inspect(tag)

    def files(self, image: str) -> list[str]:
        """All paths in an image."""
        name = self.run("create", image)
        try:
            export = [client(), "--host", f"unix://{self.socket}", "export", name]
            with subprocess.Popen(export, stdout=subprocess.PIPE) as process:
                listed = subprocess.run(
                    ["tar", "--list"], stdin=process.stdout, capture_output=True, text=True, check=True
                )
            return listed.stdout.splitlines()
        finally:
            self.run("rm", name)

    @contextmanager
    def started(self, image: str, *options: str) -> Iterator[str]:
        """A container that may write nothing, has no capability and no network; removed at the end."""
        hard = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none")
        name = self.run("run", "--detach", *hard, *options, image)
        try:
            yield name
        finally:
            self.run("rm", "--force", name)

    def health(self, name: str, limit: float = START) -> str:
        """What the engine says of a container once it says more than that it starts."""
        ends = time.monotonic() + limit
        while True:
            state = self.inspect(name)["State"]
            status = str(state.get("Health", {}).get("Status", "none")) if state["Running"] else "exited"
            if status != "starting" or time.monotonic() > ends:
                return status
            time.sleep(0.2)

    def ask(self, name: str, url: str) -> tuple[int, str]:
        """A request from inside a container's network namespace: status, and text."""
        return ask_in(self.inspect(name)["State"]["Pid"], url)


def ask_in(process: int, url: str) -> tuple[int, str]:
    """A request from a process's network namespace: status, and text; status 0 where nobody answers."""
    script = (
        "import sys, urllib.request as r; a = r.urlopen(sys.argv[1], timeout=5); print(a.status, a.read().decode())"
    )
    command = ["nsenter", "--target", f"{process}", "--net", sys.executable, "-c", script, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    status, _, text = done.stdout.partition(" ")
    return (int(status), text) if done.returncode == 0 else (0, done.stderr.strip().splitlines()[-1])


def client() -> str:
    """The engine's own client: another one on PATH may be of another version, and lack what builds."""
    return "/usr/bin/docker" if Path("/usr/bin/docker").exists() else "docker"


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """The engine and the registry, ended at the end. Raises LabError."""
    if os.geteuid():
        raise LabError("a container engine needs root here")
    logs = folder / "logs"
    logs.mkdir(parents=True)
    address = f"{LOOPBACK}:{free_port()}"
    config = folder / "registry.yml"
    config.write_text(_REGISTRY.format(folder=folder / "registry", address=address))
    socket = folder / "docker.sock"
    daemon = ["dockerd", f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}", f"--host=unix://{socket}"]
    daemon += [f"--pidfile={folder / 'pid'}", "--iptables=false", "--bridge=none"]
    with _process(daemon, logs / "dockerd"), _process(["docker-registry", "serve", str(config)], logs / "registry"):
        engine = Engine(socket, address)
        _until(lambda: _answers(engine), "the engine does not answer", logs / "dockerd")
        _until(lambda: accepts(int(address.partition(":")[2])), "the registry does not listen", logs / "registry")
        yield engine


@contextmanager
def contained(folder: Path) -> Iterator[Engine]:
    """The engine over what `running` built in the same folder, in a network namespace of its own."""
    socket, log = folder / "contained.sock", folder / "logs" / "contained"
    daemon = [f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec-contained'}", f"--host=unix://{socket}"]
    daemon += [f"--pidfile={folder / 'pid-contained'}"]
    alone = ["unshare", "--net", "sh", "-ec", 'ip link set lo up; exec dockerd "$@"', "dockerd"]
    with _process([*alone, *daemon], log) as process:
        engine = Engine(socket, process=process)
        _until(lambda: _answers(engine), "the engine does not answer", log)
        yield engine


def _answers(engine: Engine) -> bool:
    with suppress(LabError):
        return bool(engine.run("version", "--format={{.Server.Version}}"))
    return False


def _until(true: Callable[[], bool], fault: str, log: Path) -> None:
    ends = time.monotonic() + START
    while not true():
        if time.monotonic() > ends:
            raise LabError(f"{fault}: {' | '.join(log.read_text().splitlines()[-3:])}")
        time.sleep(0.2)


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[int]:
    with log.open("w") as out:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        except FileNotFoundError as error:
            raise LabError(f"{command[0]} is not here: run `make e2e-containers`, which installs it") from error
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def base(engine: Engine, folder: Path) -> str:
    """The base, pushed to the registry; its name there. Raises LabError."""
    root = folder / "base"
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(root), _mirror()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"debootstrap: {' | '.join(done.stdout.splitlines()[-3:])}")
    shutil.copy(Path(_program("node")).resolve(), root / "usr/local/bin/node")
    npm = Path(_program("npm")).resolve().parent.parent
    shutil.copytree(npm, root / "usr/local/lib/node_modules/npm", symlinks=True)
    (root / "usr/local/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    shutil.copy(CERTIFICATES, root / CERTIFICATES.lstrip("/"))
    own = f"ENV NODE_EXTRA_CA_CERTS={CERTIFICATES} PIP_CERT={CERTIFICATES}"
    name = f"{engine.registry}/base:12"
    with subprocess.Popen(["tar", "--create", "--directory", str(root), "."], stdout=subprocess.PIPE) as packed:
        imported = [client(), "--host", f"unix://{engine.socket}", "import", "--change", own, "-", name]
        subprocess.run(imported, stdin=packed.stdout, capture_output=True, check=True)
    shutil.rmtree(root)
    engine.run("push", "--quiet", name)
    return name


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LabError(f"{name} is not here")
    return found


def _mirror() -> str:
    """Where this machine's own packages come from, by apt's sources."""
    asked = ["apt-get", "indextargets", "--format=$(SITE)", "Created-By: Packages"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    found = next((line for line in said if line), "")
    if not found:
        raise LabError("apt names no source of packages: run apt-get update")
    return found
