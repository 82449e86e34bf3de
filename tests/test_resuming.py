"""Stopped and resumed training, and who may write into a folder."""

import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
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


@pytest.mark.parametrize("name", CASES)
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


def test_one_writer_per_folder(tmp_path):
    with training.only_writer(str(tmp_path)):
        with pytest.raises(ModelError, match=str(os.getpid())):
            with training.only_writer(str(tmp_path)):
                pass
    with training.only_writer(str(tmp_path)):
        pass
