"""`python -m auth`: serve until SIGTERM. A bad setting ends it with exit code 2 and all that is wrong."""

from __future__ import annotations

import os
import sys

from auth.app import create
from auth.keys import KeysError
from auth.settings import AuthSettings
from kit import logs
from kit.drain import Drain
from kit.serving import serve
from kit.settings import SettingsError, load

PORT = 8080


def main() -> int:
    """Serve; 2 when the settings are bad."""
    drain = Drain()
    try:
        said = load(AuthSettings, os.environ)
        logs.configure(said.service_name, said.deployment_id, said.log_level, (said.main_password.get_secret_value(),))
        made = create(said, drain)
    except (SettingsError, KeysError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    serve(made, drain, PORT, said.drain_seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
