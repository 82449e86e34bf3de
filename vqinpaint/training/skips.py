"""Steps whose gradients were not finite: reported, counted, bounded."""

from __future__ import annotations

import collections
from typing import Callable

from vqinpaint.errors import DivergedError
from vqinpaint.reporting import SILENT, Reporter

WINDOW = 100


class Skips:
    """Counts skipped steps and ends training when there are too many.

    Args:
      stage: its name.
      limit: how many of any `WINDOW` steps in a row may be skipped.
      records_of: function from a step's number, from 1, to a text that names its data.
      reporter: told of each skipped step.
    """

    def __init__(
        self,
        stage: str,
        limit: int,
        records_of: Callable[[int], str],
        reporter: Reporter = SILENT,
    ):
        self._stage, self._limit, self._records_of = stage, limit, records_of
        self._reporter = reporter
        self._recent: collections.deque[int] = collections.deque()

    def add(self, step: int) -> None:
        """Notes one skipped step. Raises DivergedError when there are too many."""
        while self._recent and self._recent[0] <= step - WINDOW:
            self._recent.popleft()
        self._recent.append(step)
        what = f"step {step} of {self._stage}: its gradients are not finite"
        data = self._records_of(step)
        if len(self._recent) > self._limit:
            raise DivergedError(
                f"{what}, as in {len(self._recent)} of the last {WINDOW} steps "
                f"({', '.join(map(str, self._recent))}); it used {data}. The checkpoints "
                "are intact: look at these pictures, or go on from there with a smaller "
                f"--{self._stage}_learning_rate."
            )
        self._reporter.note(f"warning: {what} and were not applied; it used {data}.")
