"""Keras 2, wherever it is.

It is part of TensorFlow 2.15. From 2.16 on `tf.keras` is Keras 3, and Keras 2 is the
package tf_keras; both can be loaded side by side. Every module of this project says

    from vqinpaint.keras2 import keras

Raises:
  SetupError: TensorFlow is of another version, or tf_keras is missing.
"""

import importlib.util

import tensorflow as tf

from vqinpaint import machine

machine.check_tensorflow(tf.__version__)
machine.check_keras(tf.__version__, importlib.util.find_spec("tf_keras") is not None)

if machine.keras_is_bundled(tf.__version__):
    from tensorflow import keras
else:
    import tf_keras as keras

__all__ = ["keras"]
