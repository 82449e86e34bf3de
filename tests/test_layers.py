"""Layers against algebra, NumPy, and the parts of TensorFlow Addons that are right."""

import importlib
import inspect
import json
import pkgutil
import sys

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint import layers
from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.causal_attention import CausalAttention
from vqinpaint.layers.codebook import Codebook
from vqinpaint.layers.convolution import (
    GatedConvolution,
    GatedUpConvolution,
    ResidualBlock,
)
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.layers.initializers import FanInNormal
from vqinpaint.layers.instance_norm import InstanceNorm
from vqinpaint.layers.residual import EntryResidual, Residual, ToPicture, UpResidual
from vqinpaint.layers.short_long_attention import SelfAttention, ShortLongAttention
from vqinpaint.layers.spectral import SpectralConvolution
from vqinpaint.layers.spectral_norm import (
    SpectralNorm,
    SpectralNormConvolution,
    SpectralNormUpConvolution,
)
from vqinpaint.layers.weight_norm import WeightNormConvolution, WeightNormDense
from vqinpaint.ops.dilated import dilated_convolution

pytestmark = pytest.mark.numerical

X = (2, 4, 4, 8)
# Every layer with arguments other than its defaults, and the shapes of its inputs.
LAYERS = {
    "attention": (CausalAttention(8, 3), {"x": X}),
    "codebook": (Codebook(8, decay=0.9, epsilon=1e-3), {"x": X}),
    "gated": (GatedConvolution(6, 3, strides=1, dilation_rate=2), {"x": X}),
    "gated_strides": (GatedConvolution(6, 5, strides=2), {"x": X}),
    "gated_up": (GatedUpConvolution(6, 3), {"x": X}),
    "gated_residual": (
        GatedResidual(8, 6, (3, 3), dilation=2, nonlinearity="relu"),
        {"x": X},
    ),
    "gated_residual_with_all": (
        GatedResidual(
            8,
            6,
            (2, 2),
            padding="down_right",
            has_side=True,
            has_condition=True,
            attend=CausalAttention(8, 2, name="attend"),
            dropout=0.5,
            salt=7,
        ),
        {"x": X, "side": X, "condition": (2, 4, 4, 5), "dropout_seed": (2,)},
    ),
    "residual": (ResidualBlock(8, 5), {"x": X}),
    "spectral": (SpectralConvolution(6, 3, 1, product_dtype="bfloat16"), {"x": X}),
    "instance_norm": (InstanceNorm(1e-3), {"x": X}),
    "residual_down": (Residual(8, 5, slope=0.01, down=True), {"x": X}),
    "residual_entry": (EntryResidual(6), {"x": X}),
    "residual_up": (UpResidual(6), {"x": X}),
    "to_picture": (ToPicture(), {"x": X}),
    "self_attention": (SelfAttention(2), {"x": X}),
    "short_long_attention": (
        ShortLongAttention(2),
        {"x": X, "far": X, "known": (2, 4, 4, 1)},
    ),
    "spectral_norm": (
        SpectralNormConvolution(6, 3, "valid", product_dtype="bfloat16"),
        {"x": X},
    ),
    "spectral_norm_up": (
        SpectralNormUpConvolution(6, product_dtype="bfloat16"),
        {"x": X},
    ),
    "weight_norm": (WeightNormConvolution(6, (2, 3), padding="down"), {"x": X}),
    "weight_norm_strides": (WeightNormConvolution(6, (3, 3), strides=2), {"x": X}),
    "weight_norm_dilated": (WeightNormConvolution(6, (3, 3), dilation=2), {"x": X}),
    "weight_norm_dense": (WeightNormDense(6), {"x": X}),
}


def _noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _own_classes():
    """The layer classes that `vqinpaint.layers` defines."""
    found = set()
    for module in pkgutil.iter_modules(layers.__path__):
        name = f"{layers.__name__}.{module.name}"
        members = vars(importlib.import_module(name)).values()
        found |= {m for m in members if getattr(m, "__module__", "") == name}
    # Bases that are never layers by themselves.
    found -= {SpectralNorm}
    return {
        c
        for c in found
        if isinstance(c, type)
        and issubclass(c, keras.layers.Layer)
        and not c.__name__.startswith("_")
    }


def _call(layer, shapes):
    inputs = {
        key: tf.constant([1, 2]) if key == "dropout_seed" else _noise(shape)
        for key, shape in shapes.items()
    }
    return tf.nest.flatten(layer(inputs.pop("x"), **inputs))


def check_layer(layer, shapes):
    """A layer keeps every argument by its name and is rebuilt from them alike.

    Args:
      layer: not yet built.
      shapes: of its inputs, by the names of the call's arguments.
    """
    config = layer.get_config()
    # Of the constructor, as early releases of Python 3.11 give Keras' `__new__` for a class.
    for name, parameter in inspect.signature(type(layer).__init__).parameters.items():
        if name != "self" and parameter.kind is not parameter.VAR_KEYWORD:
            assert name in config and hasattr(layer, name), name
    json.dumps(config)
    wanted = _call(layer, shapes)
    assert layer.get_config() == config
    again = type(layer).from_config(config)
    assert again.get_config() == config
    _call(again, shapes)
    again.set_weights(layer.get_weights())
    for a, b in zip(wanted, _call(again, shapes)):
        np.testing.assert_array_equal(a, b)


def test_every_layer_is_checked():
    assert _own_classes() == {type(layer) for layer, _ in LAYERS.values()}


@pytest.mark.parametrize("name", LAYERS)
def test_config_rebuilds_the_same_layer(name):
    check_layer(*LAYERS[name])


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
