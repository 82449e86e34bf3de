"""Polyak averages against NumPy and TensorFlow Addons."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.models.averages import PolyakAverages

pytestmark = pytest.mark.numerical


def _averaged_by_recurrence(values, start, decay):
    average = start
    for value in values:
        average = decay * average + (1 - decay) * value
    return average


def test_polyak_average_equals_numpy():
    variable, start = tf.Variable([1.0, -2.0]), np.array([1.0, -2.0])
    ours = PolyakAverages([variable], decay=0.9)
    values = [start - 0.1 * step for step in range(1, 6)]
    for step, value in enumerate(values):
        variable.assign(value.astype(np.float32))
        ours.update(tf.constant(step, tf.int64))
    expected = _averaged_by_recurrence(values, start, 0.9)
    np.testing.assert_allclose(ours.shadows[0], expected, rtol=1e-6)  # float32


def test_warm_averages_forget_the_start():
    variable = tf.Variable(0.0)
    slow = PolyakAverages([variable], 0.9997)
    warm = PolyakAverages([variable], 0.9997, warmup=True)
    variable.assign(1.0)
    for step in range(200):
        slow.update(tf.constant(step, tf.int64))
        warm.update(tf.constant(step, tf.int64))
    assert float(slow.shadows[0]) < 0.1
    assert float(warm.shadows[0]) > 0.99


# TensorFlow Addons' last release has no wheel past Python 3.11.
if sys.version_info < (3, 12):

    def test_polyak_average_equals_addons():
        import tensorflow_addons as tfa

        variable = tf.Variable([1.0, -2.0])
        ours = PolyakAverages([variable], decay=0.9)
        twin = tf.Variable([1.0, -2.0])
        optimizer = tfa.optimizers.MovingAverage(
            keras.optimizers.legacy.SGD(0.1), average_decay=0.9
        )
        for step in range(5):
            gradient = tf.constant([0.3 * step, 1.0])
            variable.assign_sub(0.1 * gradient)
            ours.update(tf.constant(step, tf.int64))
            optimizer.apply_gradients([(gradient, twin)])
        optimizer.assign_average_vars([twin])
        # Both start at the variable; five steps of float32.
        np.testing.assert_allclose(ours.shadows[0], twin, rtol=1e-6)
