"""What stands around a platform: git, make, pinned versions, editors' schemas; judged where it is found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from journey.doctor import installation, makefile, repository, speclines
from journey.problem import Problem
from journey.spec.sources import Sources
from journey.tree import Owned

RULES: Mapping[str, str] = MappingProxyType(
    {**installation.RULES, **repository.RULES, **makefile.RULES, **speclines.RULES}
)
"""Every rule's id, with what it asks in a sentence."""


def examine(
    sources: Sources, owned: Owned, environment: Mapping[str, str], which: Callable[[str], str | None]
) -> list[Problem]:
    """All that is missing or wrong around the platform under `sources.root`.

    owned: what rendering owns. environment: of the process. which: finds a program, as `shutil.which` does.
    """
    root = Path(sources.root)
    found = [*installation.python(sys.version_info[:2]), *installation.programs(which)]
    found += [*installation.checkers(root), *installation.versions(root), *installation.cache(root)]
    if which("git"):
        here = repository.look(root, environment)
        found += repository.judge(here, root, owned, environment)
        if here.inside and here.folder:
            return [*found, *speclines.judge(sources)]
    return [*found, *makefile.judge(root), *speclines.judge(sources)]
