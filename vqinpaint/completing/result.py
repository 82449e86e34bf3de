"""N completions of a whole picture, and how they came about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vqinpaint.completing.engine import Completions
from vqinpaint.completing.windows import Step

# Which score ranks completions, and whether higher values are better.
_RANKS = {"likelihood": ("bits", False), "discriminator": ("discriminator", True)}
# How the scores of several windows make one: bits add up.
_TOTALS = {"bits": lambda sums, windows: sums, "discriminator": lambda s, n: s / n}
SCORES = tuple(_TOTALS)


@dataclasses.dataclass(frozen=True)
class Result:
    """Completions of one picture.

    Attributes:
      image: uint8 [H, W, 3], the picture as it was given.
      mask: uint8 [H, W], 255 where missing.
      seeds: N ints.
      completed: uint8 [N, H, W, 3]; known pixels are those of `image`, bit for bit.
      steps: windows through which it was completed.
      found: what the engine answered for each of them.
    """

    image: np.ndarray
    mask: np.ndarray
    seeds: Sequence[int]
    completed: np.ndarray
    steps: Sequence[Step]
    found: Sequence[Completions]

    @property
    def images(self) -> list[Image.Image]:
        """The completions as Pillow images."""
        return [Image.fromarray(completed) for completed in self.completed]

    def score(self, name: str) -> np.ndarray | None:
        """A score of each completion, over all windows: float [N].

        Args:
          name: "bits", the sum over windows of what the structures cost under the model,
            or "discriminator", the mean over windows of how real they look.

        Returns:
          None where the engine gave no such score.
        """
        if not self.found or name not in self.found[0].scores:
            return None
        sums = np.sum([answer.scores[name] for answer in self.found], axis=0)
        return _TOTALS[name](sums, len(self.found))

    def best(self, number: int, by: str = "likelihood") -> Result:
        """The `number` best completions, best first.

        Args:
          number: how many.
          by: "likelihood" or "discriminator"; without that score the order stays.
        """
        name, higher_is_better = _RANKS[by]
        score = self.score(name)
        order = np.arange(len(self.seeds))
        if score is not None:
            order = np.argsort(-score if higher_is_better else score, kind="stable")
        chosen = order[:number]
        return dataclasses.replace(
            self,
            seeds=[self.seeds[i] for i in chosen],
            completed=self.completed[chosen],
            found=[answer.chosen(chosen) for answer in self.found],
        )
