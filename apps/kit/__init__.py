"""What the services of this repository share. It knows no noun of any of them.

A service builds its application by `kit.app.create` and serves it by `kit.serving.serve`; each module can also be
used alone.
"""
