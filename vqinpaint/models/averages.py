"""Polyak averages of the trained weights."""

import contextlib

import tensorflow as tf


class PolyakAverages(tf.Module):
    """Moving averages of variables, started at their values, as the authors keep them.

    Args:
      variables: what to average; make this object after they have their values.
      decay: 0.9997 in the authors' code. With it the averages remember the initial
        weights for some ten thousand steps.
      warmup: use min(decay, (1 + t) / (10 + t)) at step t instead, for short runs.
    """

    def __init__(self, variables, decay, warmup=False, name="polyak"):
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

    def update(self, step, applied=True):
        """Moves the averages after step number `step` (int64, from 0) of training.

        Where `applied` (bool scalar) is False they stay as they are.
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
    def applied(self):
        """Within this context the variables hold their averages."""
        raw = [v.numpy() for v in self.variables_averaged]
        for variable, shadow in zip(self.variables_averaged, self.shadows):
            variable.assign(shadow.read_value())
        try:
            yield
        finally:
            for variable, value in zip(self.variables_averaged, raw):
                variable.assign(value)
