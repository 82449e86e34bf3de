"""The faults that tests inject into real runs, and that nothing else brings them about."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.stage_world import step_number
from vqinpaint.errors import UsageError
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.base import Batch
from vqinpaint.training import Faults, faults


def test_faults_are_read_from_texts():
    assert Faults.parse(None) == Faults()
    assert Faults.parse(["nan@3", "slow_save@5", "nan@7"]) == Faults((5,), (3, 7))
    for text in ("nan", "nan@", "nan@-1", "flood@3"):
        with pytest.raises(UsageError, match="slow_save@STEP, nan@STEP"):
            Faults.parse([text])


def test_a_slow_save_stalls_when_all_is_written_and_nothing_points_to_it(
    tmp_path, monkeypatch
):
    seen = []

    def look(seconds):
        files = {path.name for path in tmp_path.iterdir()}
        seen.append((seconds, files, tf.train.latest_checkpoint(str(tmp_path))))

    monkeypatch.setattr(faults.time, "sleep", look)
    items = {"value": tf.Variable(1.0)}
    checkpoints = Faults(slow_save=(2,)).checkpoints(str(tmp_path), items, keep=2)
    for step in (1, 2, 3, 4):
        checkpoints.save(step)
    ((seconds, files, pointed_to),) = seen
    assert seconds == faults.STALL
    assert {"step-2.index", "step-2.data-00000-of-00001"} <= files
    assert pointed_to == str(tmp_path / "step-1")
    # The stalled write is as good as any other in the end.
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "step-4")


def test_without_slow_saves_checkpoints_are_the_plain_ones(tmp_path):
    made = Faults(nan=(2,)).checkpoints(str(tmp_path), {}, keep=2)
    assert type(made) is Checkpoints


def test_pictures_are_spoilt_at_the_steps_asked_for():
    batch = Batch(tiny.images(), tiny.center_masks())
    for step, spoilt in ((0, False), (1, True), (2, False)):
        image = Faults(nan=(2,)).spoil(batch, step_number(step)).image
        assert np.isnan(image).any() == spoilt
