"""Adam as TensorFlow 1 computed it."""

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, with each variable moved by one operation instead of a dozen.

    Keras 2.15 composes a step of many small operations and copies; TensorFlow 1, and so
    the authors' code, had this one. Epsilon stands where TensorFlow 1 had it.
    """

    def update_step(self, gradient, variable):
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
            epsilon=self.epsilon,
            grad=gradient,
        )


def adam(learning_rate, beta_1=0.9):
    """The authors' optimiser; `learning_rate` is a float or a schedule."""
    return FusedAdam(learning_rate, beta_1=beta_1, epsilon=1e-8, jit_compile=False)
