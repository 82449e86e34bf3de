"""The contract between a training stage and everything that trains, measures or shows it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import tensorflow as tf

from vqinpaint.ops.images import to_float
from vqinpaint.pictures.masks import is_missing


class Batch(NamedTuple):
    """One batch of pictures and masks, or one replica's part of it."""

    image: tf.Tensor  # float32 [B, H, W, 3] in [-1, 1]
    mask: tf.Tensor  # float32 [B, H, W, 1], 1 where missing, else 0

    @classmethod
    def of(cls, image: tf.Tensor, mask: tf.Tensor) -> Batch:
        """Converts what the input pipeline delivers.

        Args:
          image: uint8 [B, H, W, 3].
          mask: uint8 [B, H, W, 1], 255 where missing, else 0.
        """
        return cls(to_float(image), tf.cast(is_missing(mask), tf.float32))


class CodebookView(NamedTuple):
    """A codebook as TensorBoard's projector shows it."""

    codes: tf.Tensor  # float32 [K, D]
    counts: tf.Tensor  # float32 [K], moving average of how often each code was chosen
    patches: tf.Tensor  # float32 [K, s, s, 3] in [-1, 1], what each code decodes to


class Stage(Protocol):
    """One stage of training: networks, losses and an optimiser behind one step.

    A stage is made under the distribution strategy's scope and takes everything that it
    needs as arguments of its constructor; nobody sets an attribute of it afterwards.
    Pictures have any height and width that are multiples of 64.

    Attributes:
      name: one of `options.families.STAGES`.
      headline: name of the scalar to show beside the progress bar; both `train_step` and
        `eval_step` return it.
      variables: what the stage trains, in the order of the optimiser's slots, which
        checkpoints store by number. The order must never change.
      parts: number of equal parts in which `train_step` takes a batch, one after
        another; B must be a multiple of it.
    """

    name: str
    headline: str
    variables: list[tf.Variable]
    parts: int

    def checkpoint_items(self) -> dict[str, tf.Module]:
        """Everything that resuming needs, by its name in checkpoints.

        Returns:
          Trackable objects with an attribute `variables`, among them "optimizer" and
          the networks under the stage's name.
        """

    def train_step(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        """Takes one optimisation step, in replica context.

        Args:
          batch: this replica's part of the batch.
          step: int64 [], number of steps taken before, from 0.

        Returns:
          float32 scalars of this replica by name; their mean over replicas is that of
          the batch. Among them is "skipped", 1 where gradients were not finite on any
          replica, else 0. What they would have moved has then not changed on any replica;
          of two networks that are moved one after the other, one may have.
        """

    def eval_step(self, batch: Batch) -> dict[str, tf.Tensor]:
        """Measures a batch that is never trained on.

        Returns:
          float32 scalars by name, means over the batch's pictures. No variable changes
          and nothing is drawn at random.
        """

    def averaged(self) -> AbstractContextManager:
        """Context in which the networks hold the weights that later stages use.

        These are Polyak averages where the stage keeps them, else the weights
        themselves. The raw weights are back when the context ends.
        """

    def pictures(self, batch: Batch) -> dict[str, tf.Tensor]:
        """Rows of pictures for a person to look at, by name.

        Returns:
          float32 [B, H, W, 3] in [-1, 1] each, in the order of the batch.
        """

    def codebooks(self) -> dict[str, CodebookView]:
        """The codebooks that this stage trains, by name; none in most stages."""


def replicas() -> float:
    """How many replicas share a step."""
    return float(tf.distribute.get_strategy().num_replicas_in_sync)
