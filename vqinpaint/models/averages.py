"""Polyak averages of the trained weights."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import tensorflow as tf


class PolyakAverages(tf.Module):
    """Moving averages of variables, started at the variables' values.

    As the authors' training scripts keep them (`tf.train.ExponentialMovingAverage`).

    Args:
      variables: what to average; make this object after they have their values.
      decay: of the averages, 0.9997 in the authors' code. With it they remember the
        initial weights for some ten thousand steps.
      warmup: whether to use min(decay, (1 + t) / (10 + t)) at step t, for short runs.

    Attributes:
      shadows: the averages, one variable for each of `variables`, in their order.
    """

    def __init__(
        self,
        variables: Sequence[tf.Variable],
        decay: float,
        warmup: bool = False,
        name: str = "polyak",
    ):
        super().__init__(name=name)
        self.decay = decay
        self.warmup = warmup
        self.variables_averaged = list(variables)
        self.shadows = [
            tf.Variable(
                v.read_value(),
                trainable=False,
                synchronization=tf.VariableSynchronization.ON_READ,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
                name=v.name.split(":")[0].replace("/", "_") + "_average",
            )
            for v in self.variables_averaged
        ]

    def update(self, step: tf.Tensor, applied: tf.Tensor | bool = True) -> None:
        """Moves the averages towards the variables, after a step of training.

        Args:
          step: int64 [], number of steps taken before, from 0.
          applied: bool scalar; where it is False the averages stay as they are.
        """
        decay = tf.constant(self.decay)
        if self.warmup:
            t = tf.cast(step, tf.float32)
            decay = tf.minimum(decay, (1 + t) / (10 + t))
        rate = tf.where(applied, 1 - decay, 0.0)
        with tf.name_scope("averages"):
            for shadow, variable in zip(self.shadows, self.variables_averaged):
                shadow.assign_sub((shadow - variable) * rate)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Context in which the variables hold their averages."""
        raw = [v.numpy() for v in self.variables_averaged]
        for variable, shadow in zip(self.variables_averaged, self.shadows):
            variable.assign(shadow.read_value())
        try:
            yield
        finally:
            for variable, value in zip(self.variables_averaged, raw):
                variable.assign(value)
