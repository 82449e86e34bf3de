"""Training that goes on with another learning rate than it began with."""

import numpy as np
import pytest

from tests import tiny
from tests.forms import short_for
from tests.stage_world import ALL, make_stage, step_number
from vqinpaint.environment.keras2 import keras
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages import adam as adam_module
from vqinpaint.stages.base import Batch


def _saved(folder, name, rate):
    """Checkpoint of a stage after one step."""
    stage = make_stage(name, dropout=0.0, learning_rate=rate)
    stage.train_step(_batch(), step_number(0))
    Checkpoints(str(folder), stage.checkpoint_items()).save(1)


def _batch():
    return Batch(tiny.images(), tiny.center_masks())


def _moved(folder, name, rate):
    """How far all weights together move in the step after the checkpoint, at a rate."""
    stage = make_stage(name, dropout=0.0, learning_rate=rate)
    assert Checkpoints(str(folder), stage.checkpoint_items()).restore() == 1
    before = [v.numpy() for v in stage.variables]
    stage.train_step(_batch(), step_number(1))
    return sum(np.abs(v - old).sum() for v, old in zip(stage.variables, before))


@pytest.mark.parametrize("name", short_for(ALL, "vqvae", "texture"))
def test_a_step_after_resuming_takes_the_rate_that_is_given(name, tmp_path):
    _saved(tmp_path, name, rate=1e-3)
    small, large = (_moved(tmp_path, name, rate) for rate in (1e-4, 4e-4))
    # Of two networks that are moved in turn, the second one's gradients depend on the
    # first one's move.
    np.testing.assert_allclose(large, 4 * small, rtol=0.05)


@pytest.mark.parametrize("before, after", [(None, 1e-3), (1e-3, None)])
def test_a_schedule_and_a_constant_follow_each_other(before, after, tmp_path):
    _saved(tmp_path, "structure", before)
    assert _moved(tmp_path, "structure", after) > 0


@pytest.mark.parametrize("before", [None, 1e-3])
def test_rates_that_earlier_versions_saved_are_left_alone(
    before, tmp_path, monkeypatch
):
    # They kept Keras's variable, and so its value in every checkpoint.
    keeps = ("learning_rate", "_build_learning_rate", "_compute_current_learning_rate")
    with monkeypatch.context() as patched:
        for attribute in keeps:
            inherited = getattr(keras.optimizers.Adam, attribute)
            patched.setattr(adam_module.FusedAdam, attribute, inherited)
        _saved(tmp_path, "structure", before)
    small, large = (_moved(tmp_path, "structure", rate) for rate in (1e-4, 2e-4))
    np.testing.assert_allclose(large, 2 * small, rtol=0.001)
