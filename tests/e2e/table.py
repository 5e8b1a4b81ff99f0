"""How proofs on real servers tell what they saw: a row a subject, and a last line as test runners have it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Row:
    """One subject of a proof: how much of it there was, and what was wrong with it."""

    def __init__(self, proof: str, subject: str) -> None:
        self.proof = proof
        self.subject = subject
        self.count = 0
        self.faults: list[str] = []

    def expect(self, true: bool, fault: str) -> None:
        """Count one thing that was looked at; `fault` says what is wrong where it is not true."""
        self.count += 1
        if not true:
            self.faults.append(fault)


class Table:
    """Rows are printed as they are done."""

    MOST_FAULTS = 20

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._rows: list[Row] = []
        print(f"{'proof':10} {'subject':52} {'count':>6} {'s':>6}  verdict", flush=True)

    @contextmanager
    def row(self, proof: str, subject: str) -> Iterator[Row]:
        """A row, printed when its block ends."""
        row, start = Row(proof, subject), time.monotonic()
        self._rows.append(row)
        try:
            yield row
        finally:
            broke = sys.exc_info()[0] is not None
            verdict = "broke" if broke else f"{len(row.faults)} faults" if row.faults else "ok"
            spent = time.monotonic() - start
            print(f"{proof:10} {subject:52} {row.count:6} {spent:6.1f}  {verdict}", flush=True)
            for fault in row.faults[: self.MOST_FAULTS]:
                print(f"    {fault}", flush=True)
            if len(row.faults) > self.MOST_FAULTS:
                print(f"    and {len(row.faults) - self.MOST_FAULTS} more", flush=True)

    def close(self) -> int:
        """Print the last line; 0 where all is well."""
        failed = sum(bool(row.faults) for row in self._rows)
        passed = len(self._rows) - failed
        said = f"{failed} failed, {passed} passed" if failed else f"{passed} passed"
        print(f"=== {said} in {time.monotonic() - self._start:.1f}s ===", flush=True)
        return 1 if failed else 0
