"""Tiny stages, batches and loops for the tests of training."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint import training
from vqinpaint.environment.keras2 import keras
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import LoopOptions, OptimizerOptions
from vqinpaint.stages.bottom import BottomStage
from vqinpaint.stages.pic import PicStage
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

NAMES = ("vqvae", "structure", "texture", "bottom")
# With that of the other family, whose graph takes longer to make.
ALL = (*NAMES, "pic")
# For tests of the paper's stages on every kind of TensorFlow; the others are made of the
# same layers, and compared with numbers by tests of their own.
CASES = [
    *(pytest.param(name, marks=pytest.mark.portable) for name in NAMES[:3]),
    *ALL[3:],
]


def make_stage(name, dropout=0.1, learning_rate=1e-3, accumulate=1, seed=0):
    """A stage with the same weights every time; `seed` is that of dropout alone."""
    keras.utils.set_random_seed(3)
    structure = dataclasses.replace(tiny.OPTIONS.structure, dropout=dropout)
    bottom = dataclasses.replace(tiny.OPTIONS.bottom, dropout=dropout)
    options = dataclasses.replace(tiny.OPTIONS, structure=structure, bottom=bottom)
    optimizer = OptimizerOptions(learning_rate=learning_rate, accumulate=accumulate)
    if name == "pic":
        # Its Adam takes no mean of gradients, and so whole steps along gradients that are
        # rounding alone; they must be small for two runs to stay together.
        rate = learning_rate / 100
        optimizer = dataclasses.replace(optimizer, learning_rate=rate)
        return PicStage(tiny.PIC, optimizer, seed=seed)
    vqvae = VQVAE(options)
    vqvae.encoder.top_codebook.codes.assign(0.3 * vqvae.encoder.top_codebook.codes)
    if name == "vqvae":
        return VQVAEStage(options, optimizer, vqvae)
    if name == "structure":
        return StructureStage(options, optimizer, vqvae, seed=seed)
    if name == "bottom":
        return BottomStage(options, optimizer, vqvae, seed=seed)
    return TextureStage(options, optimizer, vqvae)


def make_loop(name, folder, faults=None):
    """A loop over a fresh stage on one replica."""
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        stage = make_stage(name)
    options = LoopOptions(save_every=2, log_every=1)
    return training.Loop(stage, strategy, str(folder), options, faults=faults)


def step_number(number):
    """A step's number as stages take it: int64 []."""
    return tf.constant(number, tf.int64)


def variables_of(stage):
    """Every variable that a checkpoint of the stage holds."""
    items = stage.checkpoint_items()
    modules = [item for item in items.values() if isinstance(item, tf.Module)]
    found = [v for module in modules for v in module.variables]
    optimizers = [item for name, item in items.items() if name.endswith("optimizer")]
    return found + [v for optimizer in optimizers for v in optimizer.variables]


def state_of(stage):
    """The values of `variables_of`, as arrays."""
    return [v.numpy() for v in variables_of(stage)]


def statistics_of(stage):
    """Codebook averages and spectral vectors: what the forward pass itself moves."""
    modules = [m for m in stage.checkpoint_items().values() if isinstance(m, tf.Module)]
    words = ("codes", "counts", "sums", "left")
    return [
        v.numpy()
        for m in modules
        for v in m.variables
        if v.name.split(":")[0].endswith(words) and not v.trainable
    ]


def batches(context=None, step=0):
    """Endless batches of two, different at every step."""

    def batch(i):
        image = tf.random.stateless_uniform([2, 64, 64, 3], [1, i], 0, 256, tf.int32)
        return tf.cast(image, tf.uint8), tf.cast(tiny.center_masks() * 255, tf.uint8)

    numbers = tf.data.Dataset.counter(step)
    return numbers.map(lambda i: batch(tf.cast(i, tf.int32)))


def require_same_moments(one, two):
    """Moments of Adam, codebook averages and spectral vectors agree to rounding.

    Moments stand for the gradients; the weights themselves would not do, as Adam blows
    the rounding of zero gradients up to whole steps.
    """
    moments = [
        np.concatenate([v.numpy().ravel() for v in s.optimizer.variables[1:]])
        for s in (one, two)
    ]
    assert np.abs(moments[0] - moments[1]).max() < 1e-4 * np.abs(moments[0]).max()
    for a, b in zip(statistics_of(one), statistics_of(two)):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
