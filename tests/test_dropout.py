"""Dropout of the structure stage: in training alone, with masks that can be named."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.stage_world import make_stage, step_number
from vqinpaint.layers.gated_residual import GatedResidual
from vqinpaint.stages.base import Batch
from vqinpaint.stages.structure import StructureStage

pytestmark = pytest.mark.numerical

HEADLINE = StructureStage.headline
fold_in = tf.random.experimental.stateless_fold_in


def _stage(**options):
    stage = make_stage("structure", **options)
    tiny.randomise(stage.structure.prior)
    return stage


def _batch(number=2):
    return Batch(tiny.images(number), tiny.center_masks(number))


def _trained(stage, step):
    return float(stage.train_step(_batch(), step_number(step))[HEADLINE])


def _evaluated(stage):
    return float(stage.eval_step(_batch())[HEADLINE])


def test_dropout_changes_training_steps_and_no_evaluation():
    """From equal weights; a mean of some 4.6 bits has rounding far below 5e-5."""
    on, off = _stage(dropout=0.5), _stage(dropout=0.0)
    assert _evaluated(on) == _evaluated(off)
    for step in range(2):
        assert abs(_trained(on, step) - _trained(off, step)) > 5e-5


def test_masks_follow_step_and_seed_and_evaluation_has_neither():
    # At this learning rate float32 weights do not move, so steps can be compared.
    options = {"dropout": 0.5, "learning_rate": 1e-20}
    stage, other = _stage(**options), _stage(**options, seed=1)
    whole = _evaluated(stage)
    assert _trained(stage, 0) == _trained(stage, 0)
    assert abs(_trained(stage, 0) - _trained(stage, 1)) > 5e-5
    assert abs(_trained(stage, 0) - _trained(other, 0)) > 5e-5
    assert _evaluated(stage) == _evaluated(other) == whole


def test_without_dropout_training_sees_what_evaluation_sees():
    stage = make_stage("structure", dropout=0.0, learning_rate=1e-20)
    # The same sums, once in a gradient tape and once without: float32 rounding.
    assert _trained(stage, 0) == pytest.approx(_evaluated(stage), rel=1e-5)


def test_a_blocks_mask_is_that_of_the_seed_with_its_salt_folded_in():
    block = GatedResidual(8, 6, (3, 3), dropout=0.3, salt=5)
    x, seed = tf.zeros([2, 8, 8, 8]), tf.constant([3, 4])
    block(x)
    tiny.randomise(block)
    # Of zeros the block returns its branch alone.
    expected = tf.nn.experimental.stateless_dropout(block(x), 0.3, fold_in(seed, 5))
    np.testing.assert_array_equal(block(x, dropout_seed=seed), expected)
    assert np.mean(expected == 0) > 0.2


@pytest.mark.parametrize("parts", [1, 2])
def test_a_steps_masks_are_those_of_step_replica_part_seed_and_block(
    parts, monkeypatch
):
    """Resumed runs draw the masks that they would have drawn without the stop."""
    stage = make_stage("structure", dropout=0.5, accumulate=parts, seed=7)
    seen = []

    def note(x, rate, seed):
        seen.append(tuple(seed.numpy()))
        return x

    monkeypatch.setattr(tf.nn.experimental, "stateless_dropout", note)
    stage.train_step(_batch(), step_number(11))
    expected = []
    for part in range(parts):
        seed = tf.constant([11, 0])  # the step and the replica
        if parts > 1:
            seed = fold_in(seed, part)
        seed = fold_in(seed, 7)
        expected += [tuple(fold_in(seed, salt).numpy()) for salt in range(4)]
    assert seen == expected
