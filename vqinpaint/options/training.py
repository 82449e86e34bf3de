"""How a stage is trained, as frozen dataclasses; the defaults are the authors'."""

from __future__ import annotations

import dataclasses
import math
from typing import Optional

from vqinpaint.options.fields import (
    option,
    require,
    require_choices,
    require_positive,
)

PRECISIONS = ("float32", "bfloat16")
MASK_KINDS = (
    *("center", "random", "box", "strokes", "folder"),
    *("regular", "irregular", "pic"),
)


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """How pictures and masks reach the networks in training."""

    batch_size: int = option(8, "Pictures in a training step, over all replicas.")
    load_size: Optional[int] = option(
        None,
        "Length in pixels to which the shorter side is resized before the crop. Default: "
        "image_size * 266 / 256.",
    )
    resize: bool = option(
        True,
        "Resize pictures to load_size before the crop. Without it they are cropped as they "
        "are, as the authors do for Places2 and ImageNet.",
    )
    flip: bool = option(False, "Mirror half of the pictures; the authors do not.")
    turn: float = option(
        0.0,
        "Largest angle in degrees by which pictures are turned after the crop, either way; "
        "3 in Pluralistic Image Completion.",
    )
    mask: str = option(
        "center",
        "Kind of the training masks; random is box or strokes, and pic is regular or "
        "irregular (as Pluralistic Image Completion draws them), each half of the time.",
        choices=MASK_KINDS,
    )
    mask_dir: str = option(
        "",
        "Folder of mask files, white where the picture is missing; used with "
        "mask=folder alone.",
    )
    mask_augment: bool = option(
        False,
        "Mirror half of the masks of mask_dir and turn all of them by up to 10 degrees, as "
        "Pluralistic Image Completion does.",
    )
    full_holes: float = option(
        0.0,
        "Share of the training pictures of which nothing is known, 0 to 1, whatever the "
        "kind of mask. A model that draws pictures from nothing needs some.",
    )
    data_service: str = option(
        "",
        "Address grpc://HOST:PORT of a tf.data service that makes the batches; empty "
        "makes them in this process.",
    )
    seed: int = option(
        0,
        "Seed of order, crops, masks, dropout, initial weights.",
    )

    def __post_init__(self):
        require(
            self.batch_size >= 1,
            f"batch_size is {self.batch_size}; it must be at least 1.",
        )
        require(
            self.load_size is None or self.load_size >= 1,
            f"load_size is {self.load_size}; it must be at least 1, or left out for "
            "image_size * 266 / 256.",
        )
        require_choices(self)
        require(
            0 <= self.turn <= 180,
            f"turn is {self.turn}; it must be 0 to 180 degrees.",
        )
        require(
            0 <= self.full_holes <= 1,
            f"full_holes is {self.full_holes}; it must lie between 0 and 1.",
        )
        require(
            not self.data_service or self.data_service.startswith("grpc://"),
            f"data_service is '{self.data_service}'; it must be grpc://HOST:PORT.",
        )
        require(
            self.mask != "folder" or self.mask_dir,
            "mask is 'folder' but no mask_dir is given; name the folder of masks.",
        )

    def check_shared(self, replicas: int, parts: int) -> None:
        """Raises UsageError unless a batch can be shared out.

        Args:
          replicas: devices that share it.
          parts: in which each of them computes its share, see `OptimizerOptions`.
        """
        require(
            self.batch_size % (replicas * parts) == 0,
            f"batch_size ({self.batch_size}) must be a multiple of {replicas} devices "
            f"times {parts} parts (--accumulate).",
        )

    def load_size_for(self, image_size: int) -> int:
        """Length of the shorter side before the crop, in pixels.

        Args:
          image_size: side of the crop in pixels.

        Raises:
          UsageError: load_size is smaller than the crop.
        """
        size = self.load_size
        if size is None:
            size = round(image_size * 266 / 256)
        require(
            size >= image_size,
            f"load_size ({size}) is smaller than image_size ({image_size}); "
            "the crop would not fit.",
        )
        return size


@dataclasses.dataclass(frozen=True)
class OptimizerOptions:
    """How a stage's weights are optimised; None stands for the stage's own default."""

    steps: Optional[int] = option(
        None, "Number of training steps in all. Default: 1,000,000."
    )
    learning_rate: Optional[float] = option(
        None,
        "Learning rate of Adam. Default: 0.0001, and in the stages structure and "
        "bottom the authors' schedule with a factor of 0.18.",
    )
    polyak_decay: float = option(
        0.9997,
        "Decay of the moving averages of the weights, which later stages and exports use.",
    )
    polyak_warmup: bool = option(
        False,
        "Use a smaller decay, (1 + t) / (10 + t) at step t, until it exceeds polyak_decay, "
        "so that short runs forget their initial weights.",
    )
    accumulate: int = option(
        1,
        "Number of equal parts in which a batch goes through the networks one after "
        "another, to need less memory.",
    )
    recompute: bool = option(
        False,
        "Keep only the inputs of each block for the gradient and compute the rest again, "
        "to need less memory at the cost of time.",
    )
    precision: str = option(
        "float32",
        "Number format of convolutions and matrix products; bfloat16 is for processors "
        "that have it.",
        choices=PRECISIONS,
    )

    def __post_init__(self):
        require_choices(self)
        require(
            self.steps is None or self.steps >= 1,
            f"steps is {self.steps}; it must be at least 1, or left out for 1,000,000.",
        )
        require(
            self.accumulate >= 1,
            f"accumulate is {self.accumulate}; it must be at least 1.",
        )
        rate = self.learning_rate
        require(
            rate is None or (math.isfinite(rate) and rate > 0),
            f"learning_rate is {rate}; it must be a positive number, or left out for the "
            "stage's own.",
        )
        require(
            0 <= self.polyak_decay < 1,
            f"polyak_decay is {self.polyak_decay}; it must be at least 0 and below 1.",
        )


@dataclasses.dataclass(frozen=True)
class LoopOptions:
    """How often the loop does what, in steps."""

    save_every: int = option(1000, "Number of steps between two checkpoints.")
    log_every: int = option(
        100, "Number of steps over which the logged losses are averaged."
    )
    eval_every: int = option(
        2000, "Number of steps between two evaluations on the evaluation split."
    )
    picture_every: int = option(
        2000, "Number of steps between two sets of pictures for TensorBoard."
    )
    evaluate_every: int = option(
        0,
        "Number of steps between two evaluations of the whole model as by "
        "vqinpaint.evaluate, with plots, in a process of their own while training waits; "
        "the run's other stages must be trained. 0 makes none.",
    )
    evaluate_pictures: int = option(16, "Number of pictures in each of those.")
    keep: int = option(3, "Number of newest checkpoints that are kept.")
    pictures: int = option(8, "Number of pictures in each of those sets.")
    profile: int = option(
        0,
        "Number of steps to profile for TensorBoard, after the first ten; 0 turns it off.",
    )
    max_skipped: int = option(
        3,
        "Number of steps in any 100 that may be skipped because their gradients are not "
        "finite, before the run ends.",
    )

    def __post_init__(self):
        require_positive(self, may_be_zero=("profile", "evaluate_every"))
