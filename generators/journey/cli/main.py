"""The command `journey`: its options, its exit codes, and the one place where a crash is caught.

Exit codes: 0 clean; 1 problems, a stale tree or drift; 2 usage; 3 crash.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

EXIT_PROBLEMS = 1
EXIT_USAGE = 2
EXIT_CRASH = 3

COMMANDS = {
    "render": "Render the spec: write what differs, delete what is no longer rendered.",
    "check": "Check the spec and what it renders, and that nothing of it is stale.",
    "explain": "Tell why a rendered field says what it says: spec lines, defaults, rules.",
    "blame": "Print a rendered file with the spec line that made each line.",
    "uses": "List the rendered fields that a line of the spec reaches.",
    "diff": "Tell what differs between two commits, by the edit of the spec that caused it.",
    "impact": "Tell what a change will do to what runs.",
    "compare": "Tell why two environments differ, by line of the spec.",
    "matrix": "Show every service in every environment: version, age, and how far behind.",
    "promote": "Promote services to the next environment, as one commit.",
    "gates": "Tell which gates are open for a promotion.",
    "hold": "Hold a service in an environment: nothing is promoted there.",
    "unhold": "Take a hold away.",
    "hotfix": "Take a release past environments, and open its back-port.",
    "rollback": "Restore what an environment ran before, and hold it there.",
    "adopt": "Take over what runs: manifests become a spec that renders them again.",
    "rename": "Give a service another name.",
    "remove": "Remove a service, an environment or a cluster, and keep its name taken.",
    "upgrade": "Bring services to the newest version of the golden path they were made from.",
    "drift": "Compare a cluster with its tree.",
    "revert": "Take back what one promotion changed; what came since stays.",
    "at": "Show the platform as it was at a commit or a moment.",
    "history": "Tell what ran where, from when to when.",
    "attest": "State what a commit's rendered files follow from.",
    "verify": "Hold an attestation against a fresh rendering.",
    "merge-driver": "Merge spec files field by field, when git calls for it.",
    "graph": "Draw services, datastores and what they dial.",
    "dev": "Run an environment on this machine by Docker Compose.",
    "pin": "Find the digests of the images that services are built on.",
    "targets": "List the targets.",
    "checks": "List the checks and their rules.",
    "schema": "Print the JSON Schema of a spec file.",
    "init": "Make a new platform in an empty folder.",
    "add": "Add a service.",
    "ci": "Run a step of the workflows.",
    "lab": "Start or end a Kubernetes of your own on this machine.",
    "doctor": "Look for what is missing or wrong around the repository.",
    "completion": "Print the script that completes commands in your shell.",
}
"""Commands by name, each a module of this package that is imported when it is called."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        gc.disable()  # a command of its own ends soon, and what it holds is needed until then
    if given == ["--version"]:
        from journey import __version__

        print(f"journey {__version__}")
        sys.exit(0)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    from journey.cli.root import Shared, cli

    shared = Shared()
    try:
        code = cli.main(arguments, prog_name="journey", standalone_mode=False, obj=shared)
        return code if isinstance(code, int) else 0
    except Exception as error:  # noqa: BLE001 - the one error boundary
        from journey.cli.crash import report

        return report(error, shared.root)
