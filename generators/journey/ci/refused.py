"""How this package says that it will not go on: a Problem, raised, for the command line to print."""

from __future__ import annotations

from journey.problem import Place, Problem


class Refused(Exception):
    """Something from outside is not as it must be, or a program said no. The message is the Problem's."""

    def __init__(self, rule: str, message: str, hint: str = "", file: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(Place(file), rule, message, hint)
