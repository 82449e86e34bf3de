"""Stopped and resumed training, and who may write into a folder."""

import os
import signal
import types

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.forms import short_for
from tests.stage_world import (
    CASES,
    batches,
    make_loop,
    require_same_moments,
    variables_of,
)
from vqinpaint import training
from vqinpaint.errors import Interrupted, ModelError
from vqinpaint.stages.base import Batch


@pytest.mark.parametrize("name", short_for(CASES, "vqvae", "texture"))
def test_an_interrupted_run_ends_where_a_whole_one_does(name, tmp_path):
    whole = make_loop(name, tmp_path / "whole")
    whole.run(batches, 5)
    first = make_loop(name, tmp_path / "parts")
    train_step = first._train_step

    def step_then_interrupt(batch, step, stop):
        if int(step) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return train_step(batch, step, stop)

    first._train_step = step_then_interrupt
    with pytest.raises(Interrupted, match="SIGINT at step 3"):
        first.run(batches, 5)
    resumed = make_loop(name, tmp_path / "parts")
    for variable in variables_of(resumed.stage):
        variable.assign(tf.zeros_like(variable))  # all must come from the checkpoint
    resumed.run(batches, 5)
    # Threads may add in another order here; tests/survival.py holds --deterministic to
    # the bits.
    require_same_moments(whole.stage, resumed.stage)
    batch = Batch(tiny.images(4), tiny.center_masks(4))
    for key, value in whole.stage.eval_step(batch).items():
        np.testing.assert_allclose(
            resumed.stage.eval_step(batch)[key], value, rtol=1e-3, atol=1e-4
        )


def test_a_stage_that_is_past_the_wanted_step_stays_as_it_is(tmp_path):
    begun = []
    first = make_loop("vqvae", tmp_path)
    first.run(batches, 3, begins=lambda: begun.append(first.step))
    assert begun == [0] and first.step == 3
    again = make_loop("vqvae", tmp_path)
    assert again.run(batches, 2, begins=lambda: begun.append(again.step)) == {}
    assert begun == [0] and again.step == 3


def test_every_worker_begins_with_the_weights_of_step_0(tmp_path):
    first = make_loop("vqvae", tmp_path)
    weight = first.stage.variables[0]
    weight.assign(tf.ones_like(weight))
    first.checkpoints.save(0)
    other = make_loop("vqvae", tmp_path)
    told = iter([0, 1])  # by the chief: the step, and that there is a checkpoint
    agree = lambda value: next(told)  # noqa: E731
    other.workers = types.SimpleNamespace(chief=False, agree=agree)
    assert other._restore() == 0
    np.testing.assert_array_equal(other.stage.variables[0], weight)
    # A worker that does not see the chief's checkpoint must not go on without it.
    told = iter([5, 1])
    with pytest.raises(ModelError):
        other._restore()


def test_one_writer_per_folder(tmp_path):
    with training.only_writer(str(tmp_path)):
        with pytest.raises(ModelError, match=str(os.getpid())):
            with training.only_writer(str(tmp_path)):
                pass
    with training.only_writer(str(tmp_path)):
        pass
