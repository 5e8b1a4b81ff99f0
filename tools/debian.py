"""Have Debian's packages here: `python -m tools.debian PACKAGE...` installs those that are missing, as root.

For proofs that need a system's own programs, which no lock of ours can bring: a container engine, say.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

APT = ("apt-get", "-o", "Dpkg::Use-Pty=0", "--quiet=2", "--no-install-recommends", "--yes")


def missing(packages: Sequence[str]) -> list[str]:
    """Those that are not installed. Raises OSError where the system is not Debian's."""
    asked = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return [name for name in packages if f"{name} installed" not in found.splitlines()]


def main(packages: Sequence[str]) -> int:
    """Exit 0 when all are there, 2 when one cannot be had."""
    try:
        lacking = missing(packages)
    except OSError:
        sys.stderr.write(f"debian: no dpkg here: install by hand what corresponds to {' '.join(packages)}\n")
        return 2
    if not lacking:
        return 0
    if os.geteuid():
        sys.stderr.write(f"debian: not root: install {' '.join(lacking)} first\n")
        return 2
    sys.stdout.write(f"debian: installing {' '.join(lacking)}\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in ([*APT, "update"], [*APT, "install", *lacking]):
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
            sys.stderr.write(f"debian: this failed: {' '.join(command)}\n")
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
