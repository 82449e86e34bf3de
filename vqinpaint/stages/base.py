"""What the outer loop knows about a stage."""

from typing import NamedTuple, Protocol

import tensorflow as tf

from vqinpaint.ops.images import to_float
from vqinpaint.pictures.masks import is_missing


class Batch(NamedTuple):
    """One batch, or one replica's part of it."""

    image: tf.Tensor  # float32 [B, H, W, 3] in [-1, 1]
    mask: tf.Tensor  # float32 [B, H, W, 1], 1 where missing

    @classmethod
    def of(cls, image, mask):
        """From uint8 pictures and masks, 255 where missing, as the input delivers them."""
        return cls(to_float(image), tf.cast(is_missing(mask), tf.float32))


class CodebookView(NamedTuple):
    """A codebook as TensorBoard's projector shows it."""

    codes: tf.Tensor  # [K, D]
    counts: tf.Tensor  # [K] moving average of how often each was chosen
    patches: tf.Tensor  # [K, s, s, 3] in [-1, 1], what each decodes to


class Stage(Protocol):
    """One stage of training. Made under the distribution strategy's scope."""

    name: str
    variables: list  # what it trains
    headline: str  # the scalar worth showing beside the progress bar

    def checkpoint_items(self) -> dict:
        """Trackable objects by name: all that resuming needs."""

    def train_step(self, batch: Batch, step) -> dict:
        """One optimisation step in replica context; float32 scalars by name.

        Among them "skipped": 1 where the gradients were not finite and nothing moved.
        """

    def eval_step(self, batch: Batch) -> dict:
        """Scalars by name on a batch never trained on, without side effects."""

    def averaged(self):
        """Context manager in which the networks hold the weights later stages use."""

    def pictures(self, batch: Batch) -> dict:
        """Rows of pictures by name, float32 [B, H, W, 3], for a person to look at."""

    def codebooks(self) -> dict:
        """`CodebookView` by name, of codebooks in training."""


def replicas():
    """How many replicas share a step."""
    return float(tf.distribute.get_strategy().num_replicas_in_sync)
