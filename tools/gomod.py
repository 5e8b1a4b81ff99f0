"""Pin a published Go program: `python -m tools.gomod NAME MODULE@VERSION PACKAGE... [MODULE=VERSION...]`.

Writes `tools/go/NAME/go.mod` and `go.sum`, from which `tools/outside.py` builds the packages. `go install` refuses a
module whose go.mod has `replace` directives (go.dev/ref/mod, "go install"); the wrapper module written here has the
requirements, replacements and checksums of the program's own release, so that what is built is what its authors build.
The packages stand in `tool` directives. A replacement by a folder of the program's repository becomes the published
module: for k8s.io/kubernetes v1.X.Y, v0.X.Y of each staging module; for others the version of a MODULE=VERSION
argument, else the one that is required. No address of a module proxy is written.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

GO = Path(__file__).resolve().parent / "go"
KUBERNETES = "k8s.io/kubernetes"


def directives(text: str, word: str) -> list[str]:
    """The lines of a go.mod that a directive has, in blocks or alone, without comments."""
    found: list[str] = []
    inside = False
    for line in (line.split("//")[0].strip() for line in text.splitlines()):
        if line == f"{word} (":
            inside = True
        elif line == ")":
            inside = False
        elif inside and line:
            found.append(line)
        elif line.startswith(f"{word} "):
            found.append(line.removeprefix(word).strip())
    return found


def module_of(text: str) -> str:
    """The module whose program a wrapper builds: the longest required one that its first tool belongs to."""
    tool = directives(text, "tool")[0]
    modules = (line.split()[0] for line in directives(text, "require"))
    return max((name for name in modules if f"{tool}/".startswith(f"{name}/")), key=len)


def version_of(text: str) -> str:
    """The version of the module whose program a wrapper builds."""
    module = module_of(text)
    return next(line.split()[1] for line in directives(text, "require") if line.split()[0] == module)


def published(module: str, version: str, replaced: str, versions: dict[str, str]) -> str:
    """What stands for a replacement by a local folder; empty when the required version does."""
    name = replaced.split(maxsplit=1)[0]
    if name in versions:
        return f"{name} {versions[name]}"
    return f"{name} v0{version[2:]}" if module == KUBERNETES else ""


def replacements(text: str, module: str, version: str, versions: dict[str, str]) -> list[str]:
    """The wrapper's `replace` lines."""
    found = []
    for line in directives(text, "replace"):
        old, new = (side.strip() for side in line.split("=>"))
        if new.startswith("."):
            new = published(module, version, old, versions)
        if new:
            found.append(f"{old} => {new}")
    return found


def wrapper(text: str, name: str, module: str, version: str, packages: list[str], versions: dict[str, str]) -> str:
    """The text of the wrapper's go.mod, from the go.mod of the program's release."""
    go = re.search(r"^go (\S+)$", text, re.MULTILINE)
    required = [f"{module} {version}"]
    required += [line for line in directives(text, "require") if not line.endswith(" v0.0.0")]
    blocks = {
        "tool": packages,
        "require": required,
        "replace": replacements(text, module, version, versions),
    }
    parts = [f"module request-journey.dev/tools/{name}", f"go {go[1] if go else '1.24'}"]
    parts += [f"{word} (\n\t" + "\n\t".join(lines) + "\n)" for word, lines in blocks.items() if lines]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the two files; Go's own words tell what it refuses."""
    if len(arguments) < 3 or "@" not in arguments[1]:
        sys.stderr.write(f"{__doc__}")
        return 2
    name, release, *rest = arguments
    module, version = release.split("@")
    packages = [item for item in rest if "=" not in item]
    versions = dict(item.split("=", 1) for item in rest if "=" in item)
    told = subprocess.run(["go", "mod", "download", "-json", release], check=True, capture_output=True, text=True)
    upstream = Path(json.loads(told.stdout)["Dir"])
    folder = GO / name
    folder.mkdir(parents=True, exist_ok=True)
    text = (upstream / "go.mod").read_text(encoding="utf-8")
    (folder / "go.mod").write_text(wrapper(text, name, module, version, packages, versions), encoding="utf-8")
    if (upstream / "go.sum").exists():
        shutil.copyfile(upstream / "go.sum", folder / "go.sum")
        (folder / "go.sum").chmod(0o644)
    return subprocess.run(["go", "mod", "tidy", "-e"], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
