"""Keras 2, wherever it is.

It is part of TensorFlow 2.15. From 2.16 on `tf.keras` is Keras 3, and Keras 2 is the
package tf_keras; both can be loaded side by side. Every module of this project says

    from vqinpaint.environment.keras2 import keras

Raises:
  SetupError: TensorFlow is of another version, or Keras 2 is missing.
"""

import tensorflow as tf

from vqinpaint.environment import machine

machine.check_tensorflow(tf.__version__)
machine.check_keras_installed(tf.__version__)

if machine.keras_is_bundled(tf.__version__):
    from tensorflow import keras
else:
    import tf_keras as keras

__all__ = ["keras"]
