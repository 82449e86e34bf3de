"""Layers against algebra, NumPy, and the parts of TensorFlow Addons that are right."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.codebook import Codebook
from vqinpaint.layers.convolution import (
    GatedConvolution,
    GatedUpConvolution,
    ResidualBlock,
)
from vqinpaint.layers.initializers import FanInNormal
from vqinpaint.layers.spectral import SpectralConvolution
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.models.averages import PolyakAverages
from vqinpaint.ops.dilated import dilated_convolution

pytestmark = pytest.mark.numerical

LAYERS = {
    "codebook": (Codebook(8, decay=0.9, epsilon=1e-3), (2, 4, 4, 3)),
    "gated": (GatedConvolution(6, 3, dilation_rate=2), (2, 8, 8, 3)),
    "gated_up": (GatedUpConvolution(6, 3), (2, 4, 4, 3)),
    "residual": (ResidualBlock(3, 5), (2, 4, 4, 3)),
    "spectral": (SpectralConvolution(6), (2, 8, 8, 3)),
    "weight_norm": (
        WeightNormConvolution(6, (2, 3), padding="down", dilation=1),
        (2, 4, 4, 3),
    ),
    "weight_norm_dense": (WeightNormDense(6), (2, 4, 4, 3)),
}


def _noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("name", LAYERS)
def test_config_rebuilds_the_same_layer(name):
    layer, shape = LAYERS[name]
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    first = tf.nest.flatten(layer(_noise(shape)))
    tf.nest.flatten(again(_noise(shape)))
    again.set_weights(layer.get_weights())
    for a, b in zip(first, tf.nest.flatten(again(_noise(shape)))):
        np.testing.assert_array_equal(a, b)


def test_weight_norm_equals_numpy():
    """Salimans and Kingma 2016, equation 2: gain * direction / |direction|."""
    x = _noise((2, 6, 6, 3))
    layer = WeightNormConvolution(5, (3, 3))
    layer(x)
    layer.gain.assign(_noise((5,), 1))
    direction = layer.direction.numpy().astype(np.float64)
    norms = np.sqrt((direction**2).sum((0, 1, 2)))
    kernel = layer.gain.numpy() * direction / norms
    padded = np.pad(x.astype(np.float64), [(0, 0), (1, 1), (1, 1), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    # One convolution of 27 products in float32.
    np.testing.assert_allclose(
        layer(x), np.einsum("bhwcij,ijcf->bhwf", windows, kernel), atol=1e-5
    )


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


@pytest.mark.parametrize("rate", [1, 2, 8])
def test_dilated_convolution_equals_tensorflows(rate):
    """Values and both gradients; places beyond the border among them (rate 8)."""
    x, kernel = tf.constant(_noise((2, 5, 7, 3))), tf.constant(_noise((3, 3, 3, 4), 1))
    found = []
    for convolve in (
        lambda x, kernel: dilated_convolution(x, kernel, rate),
        lambda x, kernel: tf.nn.convolution(x, kernel, 1, "SAME", dilations=rate),
    ):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            y = convolve(x, kernel)
            loss = tf.reduce_sum(tf.sin(y))
        found.append([y, *tape.gradient(loss, [x, kernel])])
    for ours, theirs in zip(*found):
        # Float32 sums of up to 70 values of order one in another order.
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_dilated_kernels_have_odd_sides():
    with pytest.raises(ValueError, match="odd"):
        dilated_convolution(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 3, 1, 1]), 2)
    with pytest.raises(ValueError, match="stride of 1"):
        WeightNormConvolution(4, (3, 3), strides=2, dilation=2)
    for options in ({"dilation_rate": (2, 1)}, {"padding": "valid"}):
        with pytest.raises(ValueError, match="same for both sides"):
            GatedConvolution(4, 3, **{"dilation_rate": 2, **options})


def test_spectral_norm_converges_to_the_largest_singular_value():
    layer = SpectralConvolution(6)
    layer.build((1, 8, 8, 3))
    for _ in range(200):
        layer.move(layer.arrived())
    kernel, _ = layer._normalised(layer.kernel)
    values = np.linalg.svd(np.reshape(kernel, (-1, 6)), compute_uv=False)
    assert abs(values[0] - 1) < 1e-4  # power iteration, 200 steps


def test_spectral_vectors_start_within_two_deviations():
    """The authors draw them from a truncated normal distribution."""
    layer = SpectralConvolution(4000)
    layer.build((1, 8, 8, 1))
    start = layer.left.numpy()
    assert np.abs(start).max() <= 2
    # Cut at two deviations a normal variable keeps 0.88 of its own; 4,000 draws.
    assert abs(start.std() - 0.88) < 0.03


def test_spectral_vectors_move_only_when_told():
    layer = SpectralConvolution(6)
    x = _noise((1, 8, 8, 3))
    layer(x)
    before = layer.left.numpy()
    layer(x)
    layer.move(layer.arrived(), applied=False)
    np.testing.assert_array_equal(layer.left, before)
    layer.move(layer.arrived())
    assert np.abs(layer.left - before).max() > 1e-3


def test_codebook_chooses_the_nearest_code():
    layer = Codebook(8)
    x = _noise((2, 3, 3, 4))
    result = layer(x)
    codes = layer.codes.numpy().T
    distances = ((x[..., None, :] - codes) ** 2).sum(-1)
    np.testing.assert_array_equal(result.indices, distances.argmin(-1))
    np.testing.assert_allclose(
        result.commitment, distances.min(-1).sum((1, 2)) / 36, rtol=1e-4
    )


def test_codebook_gradient_passes_straight_through():
    layer, x = Codebook(8), tf.Variable(_noise((1, 2, 2, 4)))
    weights = _noise((1, 2, 2, 4), 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x).vectors * weights)
    np.testing.assert_array_equal(tape.gradient(loss, x), weights)


def test_first_codebook_step_replaces_the_initial_codes_by_means():
    layer = Codebook(4)
    x = _noise((1, 8, 8, 3))
    indices = layer(x).indices.numpy()
    layer.follow(layer.usage(x, indices))
    indices = indices.ravel()
    flat = x.reshape(-1, 3)
    for code in range(4):
        members = flat[indices == code]
        mean = members.mean(0) if len(members) else np.zeros(3)
        # Laplace smoothing of the counts moves a mean by about 1e-5 of itself.
        np.testing.assert_allclose(layer.codes.numpy()[:, code], mean, atol=1e-4)


def test_a_codebook_moves_only_when_told():
    layer = Codebook(4)
    layer(_noise((1, 4, 4, 3)))
    before = layer.get_weights()
    x = _noise((1, 4, 4, 3), 1)
    layer.follow(layer.usage(x, layer(x).indices), applied=False)
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_initial_weights_know_their_fan_in():
    plain = FanInNormal()((3, 3, 64, 128)).numpy()
    turned = FanInNormal(transposed=True)((3, 3, 128, 64)).numpy()
    for kernel in (plain, turned):
        deviation = 1 / np.sqrt(9 * 64)
        assert np.abs(kernel).max() <= 2 * deviation
        # A normal cut at two deviations keeps 0.88 of its own; 74,000 draws.
        assert abs(kernel.std() / deviation - 0.88) < 0.01


# TensorFlow Addons' last release has no wheel past Python 3.11.
if sys.version_info < (3, 12):

    def test_weight_norm_equals_addons():
        import tensorflow_addons as tfa

        x = _noise((2, 6, 6, 3))
        ours = WeightNormConvolution(5, (3, 3))
        ours(x)
        ours.gain.assign(_noise((5,), 1))
        theirs = tfa.layers.WeightNormalization(
            keras.layers.Conv2D(5, 3, padding="same"), data_init=False
        )
        theirs(x)
        theirs.v.assign(ours.direction)
        theirs.g.assign(ours.gain)  # addons start it at |direction|, the authors at 1
        # One convolution in float32.
        np.testing.assert_allclose(ours(x), theirs(x), atol=1e-6)

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
