"""Steps whose gradients were not finite: they are told, counted and limited."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable

from tqdm import tqdm

from vqinpaint.errors import DivergedError

WINDOW = 100


class Skips:
    """Counts skipped steps and ends training when there are too many.

    Args:
      stage: name of the stage, for messages.
      limit: how many of any `WINDOW` consecutive steps may be skipped.
      records_of: function from a step's number, from 1, to a text that names the records
        it was trained on.
    """

    def __init__(self, stage: str, limit: int, records_of: Callable[[int], str]):
        self._stage, self._limit, self._records_of = stage, limit, records_of
        self._recent = collections.deque()

    def add(self, step: int) -> None:
        """Counts step number `step`, from 1, with a warning on stderr.

        Raises:
          DivergedError: too many of the last `WINDOW` steps were skipped.
        """
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
                "--learning_rate."
            )
        tqdm.write(f"warning: {what} and were not applied; it used {data}.", sys.stderr)
