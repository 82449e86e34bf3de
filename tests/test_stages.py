"""The stages of training, one step or a few at a time."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.stage_world import NAMES, make_stage, state_of, step_number
from vqinpaint.stages.base import Batch
from vqinpaint.stages.likelihood import StructureSchedule

pytestmark = pytest.mark.numerical


@pytest.mark.parametrize("name", NAMES)
def test_a_single_picture_of_another_size_trains(name):
    stage = make_stage(name)
    batch = Batch(tiny.images(1, size=128), tiny.center_masks(1, size=128))
    before = stage.eval_step(batch)[stage.headline]
    for step in range(5):
        scalars = stage.train_step(batch, step_number(step))
        assert all(np.isfinite(value) for value in scalars.values())
    assert stage.eval_step(batch)[stage.headline] < before


def test_a_later_stage_leaves_the_vqvae_alone():
    for name in ("structure", "texture", "bottom"):
        stage = make_stage(name)
        before = [v.numpy() for v in stage.vqvae.variables]
        stage.train_step(Batch(tiny.images(), tiny.center_masks()), step_number(0))
        for a, b in zip(before, stage.vqvae.variables):
            np.testing.assert_array_equal(a, b)


def test_evaluation_changes_nothing():
    for name in NAMES:
        stage = make_stage(name)
        before = state_of(stage)
        with stage.averaged():
            stage.eval_step(Batch(tiny.images(), tiny.center_masks()))
            stage.pictures(Batch(tiny.images(), tiny.center_masks()))
        for a, b in zip(before, state_of(stage)):
            np.testing.assert_array_equal(a, b)


def test_schedule_rises_to_its_published_peak():
    rates = StructureSchedule(128)(tf.range(0, 200_000, 100)).numpy()
    assert abs(rates.max() - 3.69e-4) < 1e-6
    assert abs(int(rates.argmax()) * 100 - 46_900) <= 200


def test_validation_tells_how_hard_each_loss_pulls():
    batch = Batch(tiny.images(), tiny.center_masks())

    def pulls(**weights):
        stage = make_stage("texture")
        stage.options = dataclasses.replace(stage.options, **weights)
        found = stage.eval_step(batch)
        return {k: float(v) for k, v in found.items() if k.startswith("pull_")}

    some, less = (
        pulls(),
        pulls(adversarial_weight=tiny.OPTIONS.texture.adversarial_weight / 10),
    )
    assert min(some.values()) > 0
    # A norm is linear in the weight of its loss, to float32 rounding.
    assert less.pop("pull_adversarial") == pytest.approx(
        some.pop("pull_adversarial") / 10, rel=1e-5
    )
    assert less == some
    # One missing pixel's share of a mean of absolute differences is known.
    missing = 3 * float(tf.reduce_sum(batch.mask))
    values = tf.size(batch.image, tf.float32)
    assert some["pull_absolute_error"] == pytest.approx(
        missing**0.5 / float(values), rel=1e-5
    )
