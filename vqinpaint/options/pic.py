"""Pluralistic Image Completion (Zheng, Cham and Cai 2019): sizes, losses and paths.

The defaults are those of the authors' code. Where the paper says otherwise, its variant
is an option.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from vqinpaint.options.fields import (
    option,
    require,
    require_choices,
    require_positive,
)

TRAIN_PATHS = ("two", "one")
ADVERSARIAL = ("lsgan", "hinge")
DIRECTIONS = ("code", "paper")
INITIAL_WEIGHTS = ("uniform", "orthogonal")
_WEIGHTS = ("kl_weight", "reconstruction_weight", "adversarial_weight")


@dataclasses.dataclass(frozen=True)
class PicOptions:
    """The networks of Pluralistic Image Completion, and how they are trained."""

    generator_channels: int = option(
        32, "Channels of encoder and generator at half of the full resolution."
    )
    discriminator_channels: int = option(
        32, "Channels of both discriminators at half of the full resolution."
    )
    most_channels: int = option(
        128, "Channels up to which they double with each reduction."
    )
    latent_channels: int = option(
        128, "Channels of the latent map, which has a Gaussian at each place."
    )
    prior_blocks: int = option(
        6, "Residual blocks between the features of a holed picture and its prior."
    )
    depth: int = option(
        5,
        "How many times pictures are halved; a side must be a multiple of 2 to that power, "
        "and at least three times as long.",
    )
    scales: int = option(
        4,
        "Number of sizes of the picture that the generator gives, each twice the last.",
    )
    kl_weight: float = option(
        20.0,
        "Weight of each of the two divergences between Gaussians; it is multiplied by the "
        "number of scales.",
        free=True,
    )
    reconstruction_weight: float = option(
        20.0,
        "Weight of the absolute errors, which are summed over the scales.",
        free=True,
    )
    adversarial_weight: float = option(
        1.0, "Weight of the two adversarial losses of the generator.", free=True
    )
    adversarial: str = option(
        "lsgan",
        "Adversarial loss: lsgan (squared errors, the authors' default) or hinge.",
        free=True,
        choices=ADVERSARIAL,
    )
    train_paths: str = option(
        "two",
        "Paths that are trained: two, or one without the reconstructive path, the paper's "
        "baseline.",
        free=True,
        choices=TRAIN_PATHS,
    )
    kl_direction: str = option(
        "code",
        "Divergence of the reconstructive path: from prior to posterior as in the authors' "
        "code, or from posterior to prior as in the paper.",
        free=True,
        choices=DIRECTIONS,
    )
    initial_weights: str = option(
        "uniform",
        "Initial kernels: uniform as the authors' code draws them, or orthogonal with biases "
        "of zero as in the paper.",
        free=True,
        choices=INITIAL_WEIGHTS,
    )

    def __post_init__(self) -> None:
        require_positive(self, may_be_zero=("prior_blocks",))
        require_choices(self, "pic_")
        for name in _WEIGHTS:
            value = getattr(self, name)
            require(value >= 0, f"pic_{name} is {value}; it must be 0 or more.")
        require(
            4 <= self.depth <= 8,
            f"pic_depth is {self.depth}; it must be 4 to 8.",
        )
        require(
            self.scales < self.depth,
            f"pic_scales is {self.scales}; it must be smaller than pic_depth "
            f"({self.depth}).",
        )
        for name in ("generator_channels", "discriminator_channels"):
            value = getattr(self, name)
            require(
                4 <= value <= self.most_channels,
                f"pic_{name} is {value}; it must be at least 4, and at most "
                f"pic_most_channels ({self.most_channels}).",
            )
        # Where the attention joins them, features of encoder and decoder are alike.
        most = 2 ** (self.depth - 3)
        require(
            self.most_channels < (most + 1) * self.generator_channels,
            f"pic_most_channels is {self.most_channels}; with a depth of {self.depth} it "
            f"must be less than {most + 1} times pic_generator_channels "
            f"({self.generator_channels}).",
        )

    def widths(self, first: int) -> list[int]:
        """Channels after each of the `depth` reductions, the first of which has `first`.

        All are multiples of `first`.
        """
        most = self.most_channels // first
        return [first * min(2**i, most) for i in range(self.depth)]


@dataclasses.dataclass(frozen=True)
class PicModelOptions:
    """Everything that fixes the shapes of a model of the family "pic"."""

    image_size: int = option(
        256,
        "Side in pixels of the square pictures that the model is trained on; a multiple "
        "of 64.",
    )
    pic: PicOptions = dataclasses.field(default_factory=PicOptions)

    def __post_init__(self) -> None:
        side, unit = self.image_size, 2**self.pic.depth
        require(
            64 <= side <= 4096 and side % 64 == 0,
            f"image_size is {side}; it must be a multiple of 64, at most 4096.",
        )
        require(
            side % unit == 0 and side >= 3 * unit,
            f"image_size is {side}; with pic_depth={self.pic.depth} it must be a multiple "
            f"of {unit} and at least {3 * unit}.",
        )

    @property
    def grid_size(self) -> int:
        """Side of the latent map."""
        return self.image_size // 2**self.pic.depth

    def to_dict(self) -> dict[str, Any]:
        """All options as nested dicts, for JSON."""
        return dataclasses.asdict(self)
