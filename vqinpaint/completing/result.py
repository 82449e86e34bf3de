"""N completions of a whole picture, and how they came about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vqinpaint.completing.choosing import most_different
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.windows import Step
from vqinpaint.pictures.masks import is_missing
from vqinpaint.pictures.original import Original

# Which score ranks completions, and whether higher values are better.
_RANKS = {"likelihood": ("bits", False), "discriminator": ("discriminator", True)}
# How the scores of several windows make one: bits add up.
_TOTALS = {
    "bits": lambda sums, windows: sums,
    "texture_bits": lambda sums, windows: sums,
    "discriminator": lambda sums, windows: sums / windows,
}
SCORES = tuple(_TOTALS)


@dataclasses.dataclass(frozen=True)
class Result:
    """Completions of one picture.

    Attributes:
      image: uint8 [H, W, 3], the picture as the model saw it: in sRGB, and over white
        where it is transparent.
      mask: uint8 [H, W], 255 where missing.
      seeds: N ints.
      completed: uint8 [N, H, W, 3]; known pixels are those of `image`, bit for bit.
      steps: windows through which it was completed.
      found: what the engine answered for each of them.
      original: the picture's own pixels, colour profile, transparency and resolution,
        which the completions keep.
    """

    image: np.ndarray
    mask: np.ndarray
    seeds: Sequence[int]
    completed: np.ndarray
    steps: Sequence[Step]
    found: Sequence[Completions]
    original: Original

    @property
    def images(self) -> list[Image.Image]:
        """The completions as Pillow images, as `picture` gives them."""
        return [self.picture(number) for number in range(len(self.completed))]

    def picture(self, number: int) -> Image.Image:
        """Completion `number` in the picture's own colours, with its transparency.

        Known pixels are those of the picture that was given, bit for bit.
        """
        return self.original.filled(self.completed[number], self.mask)

    def png(self, number: int) -> bytes:
        """The same as a PNG file, with the picture's colour profile and resolution."""
        return self.original.png(self.picture(number))

    def score(self, name: str) -> np.ndarray | None:
        """A score of each completion, over all windows: float [N].

        Args:
          name: "bits" or "texture_bits", the sums over windows of what the structures,
            or the texture codes, cost under the model; or "discriminator", the mean over
            windows of how real they look.

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
          by: name in `options.request.RANKINGS`. "difference" takes those that differ
            most from one another; without the score of another name the order stays.
        """
        if by == "difference":
            hole = is_missing(self.mask)
            fillings = np.stack([one[hole].ravel() for one in self.completed])
            chosen = most_different(fillings, number)
        else:
            chosen = self._order(*_RANKS[by])[:number]
        return dataclasses.replace(
            self,
            seeds=[self.seeds[i] for i in chosen],
            completed=self.completed[chosen],
            found=[answer.chosen(chosen) for answer in self.found],
        )

    def _order(self, name, higher_is_better):
        """Indices of all completions, best first by a score: int [N]."""
        score = self.score(name)
        if score is None:
            return np.arange(len(self.seeds))
        return np.argsort(-score if higher_is_better else score, kind="stable")
