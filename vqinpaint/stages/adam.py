"""Adam as TensorFlow 1 and as PyTorch compute it."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, with each variable moved by one operation instead of a dozen.

    Keras 2.15 composes a step of many small operations and copies. TensorFlow 1, and with
    it the authors' code, used this single operation, which also adds epsilon to the
    uncorrected root of the second moment (the "epsilon hat" of Kingma and Ba 2015,
    section 2).

    The learning rate is no variable as it is in Keras: checkpoints would hold it, so that
    training that goes on with another rate would get the old one back.
    """

    @property
    def learning_rate(self) -> tf.Tensor | float:
        """Of the next step, from what the optimiser was made with."""
        rate = self._learning_rate
        return rate(self.iterations) if callable(rate) else rate

    def _build_learning_rate(self, learning_rate):
        return learning_rate

    def _compute_current_learning_rate(self):
        """Keras's hook before a step; it would make a variable of a schedule."""

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable) -> None:
        index = self._index_dict[self._var_key(variable)]
        count = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].handle,
            v=self._velocities[index].handle,
            beta1_power=tf.pow(self.beta_1, count),
            beta2_power=tf.pow(self.beta_2, count),
            lr=tf.cast(self.learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self._epsilon_at(count),
            grad=gradient,
        )

    def _epsilon_at(self, count):
        """What is added to the uncorrected root at step `count`, from 1."""
        del count
        return self.epsilon


class CorrectedAdam(FusedAdam):
    """Adam as PyTorch computes it: epsilon is added to the bias-corrected root."""

    def _epsilon_at(self, count):
        return self.epsilon * tf.sqrt(1 - tf.pow(self.beta_2, count))


def adam(
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule,
    beta_1: float = 0.9,
) -> FusedAdam:
    """The authors' optimiser: TensorFlow 1's Adam with its default epsilon of 1e-8.

    Args:
      learning_rate: constant, or a schedule from the number of steps taken before.
      beta_1: decay of the first moment.
    """
    return FusedAdam(learning_rate, beta_1=beta_1, epsilon=1e-8, jit_compile=False)


def torch_adam(learning_rate: float, beta_1: float = 0.9) -> CorrectedAdam:
    """PyTorch's Adam with its default epsilon of 1e-8; arguments as of `adam`."""
    return CorrectedAdam(learning_rate, beta_1=beta_1, epsilon=1e-8, jit_compile=False)
