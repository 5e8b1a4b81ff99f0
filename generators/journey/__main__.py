"""`python -m journey`."""

from __future__ import annotations

from journey.cli.main import main

main()
