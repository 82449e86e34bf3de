"""What is asked of a model that draws pictures from nothing."""

from __future__ import annotations

import dataclasses
import math
from typing import Optional

from vqinpaint.options.fields import option, require
from vqinpaint.options.request import Request

MOST_PICTURES = 1000
# All that may be drawn, of which the best are kept.
MOST_DRAWN = 100_000


@dataclasses.dataclass(frozen=True)
class Generation:
    """How many pictures are wanted, and which share of those drawn is kept.

    How they are drawn is a `Request`, whose seed is the first picture's.

    Raises:
      UsageError: a value is out of range.

    Example:
      >>> Generation(num_samples=16, accept=0.5).drawn
      32
    """

    num_samples: int = option(16, "Number of pictures that are kept, 1 to 1000.")
    accept: float = option(
        1.0,
        "Share of the drawn pictures that is kept, the best by their scores, above 0 and "
        "at most 1; num_samples / accept pictures are drawn.",
    )
    classifier: Optional[str] = option(
        None,
        "SavedModel that scores pictures; its signature serving_default takes uint8 "
        "[batch, side, side, 3] and gives probabilities [batch, classes], of which the "
        "largest counts, or scores [batch]. Default: the run's discriminator.",
    )

    def __post_init__(self) -> None:
        require(
            1 <= self.num_samples <= MOST_PICTURES,
            f"num_samples is {self.num_samples}; it must be 1 to {MOST_PICTURES}.",
        )
        require(
            math.isfinite(self.accept) and 0 < self.accept <= 1,
            f"accept is {self.accept}; it must be above 0 and at most 1, the share of "
            "drawn pictures to keep.",
        )
        require(
            self.drawn <= MOST_DRAWN,
            f"num_samples {self.num_samples} at accept {self.accept} needs {self.drawn} "
            f"drawn pictures; at most {MOST_DRAWN} are possible.",
        )

        require(
            self.classifier is None or self.drawn > self.num_samples,
            "classifier is given, but every drawn picture is kept; give accept below 1.",
        )

    @property
    def drawn(self) -> int:
        """Number of pictures that are drawn."""
        # Of 0.1 and the like the quotient may lie a rounding error above a whole number.
        return math.ceil(self.num_samples / self.accept - 1e-9)

    def seeds(self, request: Request) -> range:
        """Seeds of all drawn pictures, in order. Raises UsageError where they end."""
        first = request.seed
        require(
            first + self.drawn <= 2**31,
            f"seed is {first}; the seeds of all {self.drawn} drawn pictures must fit into "
            "32 bits.",
        )
        return range(first, first + self.drawn)
