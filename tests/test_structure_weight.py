"""The optional error of structure codes alone in the first stage."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint.environment.keras2 import keras
from vqinpaint.errors import UsageError
from vqinpaint.options import OptimizerOptions, VQVAEOptions
from vqinpaint.stages.base import Batch
from vqinpaint.stages.vqvae import VQVAEStage

pytestmark = pytest.mark.numerical


def _stage(weight):
    keras.utils.set_random_seed(0)
    vqvae = dataclasses.replace(tiny.OPTIONS.vqvae, structure_weight=weight)
    options = dataclasses.replace(tiny.OPTIONS, vqvae=vqvae)
    return VQVAEStage(options, OptimizerOptions(learning_rate=3e-3))


def _batch():
    return Batch(tf.constant(tiny.images(2)), tf.constant(tiny.center_masks(2)))


def _error_alone(stage, batch):
    top = stage.vqvae.encoder(batch.image).top.vectors
    alone = stage.vqvae.decoder.without_texture(top)
    return float(np.mean(np.square(alone - batch.image)))


def test_the_weighted_error_is_a_loss_of_its_own():
    batch = _batch()
    plain, weighted = _stage(0.0), _stage(0.5)
    assert "structure" not in plain.eval_step(batch)
    scalars = weighted.eval_step(batch)
    # Float32 sums in another order.
    expected = 0.5 * _error_alone(weighted, batch)
    assert float(scalars["structure"]) == pytest.approx(expected, rel=1e-5)


def test_structures_learn_to_stand_alone():
    batch, errors = _batch(), {}
    for weight in (0.0, 4.0):
        stage = _stage(weight)
        step = tf.function(
            lambda *batch, stage=stage: stage.train_step(
                Batch(*batch), tf.constant(0, tf.int64)
            )
        )
        for _ in range(80):
            step(*batch)
        errors[weight] = _error_alone(stage, batch)
    assert errors[4.0] < 0.8 * errors[0.0]


def test_a_negative_weight_is_refused():
    with pytest.raises(UsageError, match="vqvae_structure_weight is -1.0"):
        VQVAEOptions(structure_weight=-1.0)
