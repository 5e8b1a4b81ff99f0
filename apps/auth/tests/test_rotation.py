"""Refresh tokens by a model: whatever is presented when, each session goes on or ends as a small model says.

Times stand far from the grace's end (12 s, 24 s | 36 s ...), so that the time that a run takes decides nothing.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import repository
from auth.settings import AuthSettings
from auth.tables import FAMILIES, REFRESH_TOKENS
from kit.database import Database, url

GRACE = 30


@dataclass
class Token:
    """A token of the model; `age` is how long ago it was spent, in seconds."""

    secret: str
    family: Family
    age: int | None = None
    after: Token | None = None


@dataclass
class Family:
    """A session of the model."""

    id: uuid.UUID
    goes_on: bool = True
    tokens: list[Token] = field(default_factory=list)

    def add(self, secret: str) -> Token:
        self.tokens.append(Token(secret, self))
        return self.tokens[-1]


def machine(settings: AuthSettings) -> type[RuleBasedStateMachine]:  # noqa: C901 (rules are methods of one class)
    """The machine on the database of the settings."""

    class Sessions(RuleBasedStateMachine):
        tokens = Bundle("tokens")

        def __init__(self) -> None:
            super().__init__()
            self.runner = asyncio.Runner()
            self.database = Database(url(settings), "tests", size=2)
            self.families: list[Family] = []
            self.account = self.run(lambda on: repository.add_account(on, f"{uuid.uuid4()}@example.com", "none"))

        def run(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
            async def one() -> Any:
                async with self.database.transaction() as connection:
                    return await work(connection)

            return self.runner.run(one())

        @rule(target=tokens)
        def sign_in(self) -> Token:
            session, secret = self.run(lambda on: repository.begin(on, self.account, "tests", 10**6))
            self.families.append(Family(session))
            return self.families[-1].add(secret)

        @rule(target=tokens, token=tokens)
        def refresh(self, token: Token) -> Token:
            done = self.run(lambda on: repository.rotate(on, token.secret, GRACE))
            if not token.family.goes_on:
                assert done.outcome == "ended"
            elif token.age is None:
                assert done.outcome == "rotated"
                token.age, token.after = 0, token.family.add(done.token)
            elif token.age <= GRACE:
                assert token.after is not None
                assert (done.outcome, done.token) == ("repeated", token.after.secret)
            else:
                assert done.outcome == "reused"
                token.family.goes_on = False
            return token.after or token

        @rule(token=tokens)
        def log_out(self, token: Token) -> None:
            self.run(lambda on: repository.end_by_token(on, token.secret))
            token.family.goes_on = False

        @rule(seconds=st.sampled_from([12, 36]))
        def time_passes(self, seconds: int) -> None:
            earlier = REFRESH_TOKENS.c.spent_at - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
            self.run(lambda on: on.execute(REFRESH_TOKENS.update().values(spent_at=earlier)))
            for token in (token for family in self.families for token in family.tokens if token.age is not None):
                token.age = (token.age or 0) + seconds

        @rule()
        def an_unknown_token_does_nothing(self) -> None:
            done = self.run(lambda on: repository.rotate(on, repository.new_token(), GRACE))
            assert done.outcome == "ended"

        @invariant()
        def each_session_goes_on_by_one_token_or_not_at_all(self) -> None:
            async def live(on: AsyncConnection) -> dict[uuid.UUID, int]:
                asked = (
                    sa.select(FAMILIES.c.id, sa.func.count())
                    .join(REFRESH_TOKENS, REFRESH_TOKENS.c.family_id == FAMILIES.c.id)
                    .where(
                        FAMILIES.c.account_id == self.account,
                        FAMILIES.c.revoked_at.is_(None),
                        REFRESH_TOKENS.c.spent_at.is_(None),
                    )
                    .group_by(FAMILIES.c.id)
                )
                return {row[0]: row[1] for row in await on.execute(asked)}

            assert self.run(live) == {family.id: 1 for family in self.families if family.goes_on}

        def teardown(self) -> None:
            self.runner.run(self.database.close())
            self.runner.close()

    return Sessions


def test_sessions_go_on_and_end_as_the_model_says(settings: AuthSettings) -> None:
    few = examples(max_examples=25, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine(settings), settings=few)
