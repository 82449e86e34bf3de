"""What is asked of a model for each picture."""

from __future__ import annotations

import dataclasses
import math
from typing import Optional

from vqinpaint.options.fields import option, require, require_choices

SIZES = ("crop", "resize", "native")
# What fills a hole along a structure: the texture generator, or drawn texture codes.
TEXTURES = ("generator", "codes")
RANKINGS = ("likelihood", "discriminator", "difference")
MOST_SAMPLES = 1000


@dataclasses.dataclass(frozen=True)
class Request:
    """How many completions are wanted, how they are drawn, and which are kept.

    Raises:
      UsageError: a value is out of range, or two of them do not go together.

    Example:
      >>> Request(num_samples=3, seed=5).seeds
      [5, 6, 7]
    """

    seed: int = option(
        0, "Seed of the first completion; completion i takes this seed plus i."
    )
    temperature: float = option(
        1.0,
        "Temperature of the draws: 1 follows the model's own probabilities, lower values "
        "prefer likely structures, higher ones unlikely structures, 0 takes the likeliest "
        "code everywhere.",
    )
    top_k: int = option(
        0, "Draw among so many of the likeliest codes alone; 0 draws among all codes."
    )
    top_p: float = option(
        1.0,
        "Draw among the likeliest codes alone whose probabilities add up to this share, "
        "above 0 and at most 1.",
    )
    texture: Optional[str] = option(
        None,
        "What fills the hole along a drawn structure: generator (the texture generator), "
        "or codes (texture codes are drawn from the bottom prior and decoded). Default: "
        "what a SavedModel was exported with; for a run folder the generator, if it has "
        "been trained.",
        choices=TEXTURES,
    )
    texture_temperature: Optional[float] = option(
        None, "Temperature of the texture codes. Default: temperature."
    )
    num_samples: int = option(8, "Number of completions that are drawn, 1 to 1000.")
    keep: int = option(
        0, "Number of completions to keep, the best by keep_by; 0 keeps all of them."
    )
    keep_by: str = option(
        "likelihood",
        "Measure of the best completions: likelihood (those whose structure has the fewest "
        "bits), discriminator (those that it takes for real; a run folder has one), or "
        "difference (those that differ most from one another).",
        choices=RANKINGS,
    )
    size: str = option(
        "crop",
        "What happens to pictures of another size than the model's: crop completes square "
        "windows around the holes, resize completes the whole picture at the model's size, "
        "native completes it at its own size.",
        choices=SIZES,
    )
    feather: int = option(
        0,
        "Width in pixels of the rim inside a hole that is mixed with the nearest known "
        "pixels.",
    )
    invert_mask: bool = option(
        False, "Take black instead of white pixels of the mask as missing."
    )
    structure_from: Optional[str] = option(
        None,
        "Draw nothing, and take the structure inside the hole from this picture, or from "
        "sample I of an earlier result, NAME.json:I.",
    )

    def __post_init__(self) -> None:
        if self.structure_from:
            # One structure is given, so there is one completion and nothing to choose.
            object.__setattr__(self, "num_samples", 1)
            object.__setattr__(self, "keep", 0)
        require(
            1 <= self.num_samples <= MOST_SAMPLES,
            f"num_samples is {self.num_samples}; it must be 1 to {MOST_SAMPLES}.",
        )
        require(
            0 <= self.keep <= self.num_samples,
            f"keep is {self.keep}; it must be at most num_samples ({self.num_samples}), "
            "or 0 for all.",
        )
        require(
            math.isfinite(self.temperature) and self.temperature >= 0,
            f"temperature is {self.temperature}; it must be 0 or more.",
        )
        rough = self.texture_temperature
        require(
            rough is None or (math.isfinite(rough) and rough >= 0),
            f"texture_temperature is {rough}; it must be 0 or more.",
        )
        require(
            rough is None or self.texture != "generator",
            "texture_temperature is given, but the texture generator draws nothing; take "
            "texture=codes.",
        )
        require(
            -(2**31) <= self.seed <= 2**31 - self.num_samples,
            f"seed is {self.seed}; the seeds of all {self.num_samples} completions must "
            "fit into 32 bits.",
        )
        require(
            self.top_k >= 0 and 0 < self.top_p <= 1,
            f"top_k is {self.top_k} and top_p is {self.top_p}; top_k must be 0 or more, "
            "top_p above 0 and at most 1.",
        )
        require(
            self.feather >= 0,
            f"feather is {self.feather}; it must be 0 or more pixels.",
        )
        require_choices(self)

    @property
    def seeds(self) -> list[int]:
        """Seeds of all completions, in order."""
        return list(range(self.seed, self.seed + self.num_samples))

    @property
    def kept(self) -> int:
        """Number of completions that are left at the end."""
        return self.keep or self.num_samples
