"""Steps whose gradients were not finite: said, counted, bounded."""

import collections
import sys

from tqdm import tqdm

from vqinpaint.errors import DivergedError

WINDOW = 100


class Skips:
    """Keeps account of skipped steps.

    Args:
      stage: its name.
      limit: how many of any `WINDOW` steps in a row may be skipped.
      records_of: function from a step's number, from 1, to a text that names its data.
    """

    def __init__(self, stage, limit, records_of):
        self._stage, self._limit, self._records_of = stage, limit, records_of
        self._recent = collections.deque()

    def add(self, step):
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
                "--learning_rate."
            )
        tqdm.write(f"warning: {what} and were not applied; it used {data}.", sys.stderr)
