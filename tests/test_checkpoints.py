"""Checkpoints under kills, damage and full disks."""

import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint.errors import DiskError, ModelError
from vqinpaint.reporting import SILENT, Reporter
from vqinpaint.runs.checkpoints import Checkpoints, newest, steps_in


def _value():
    return tf.Variable(np.zeros(1000, np.float32))


class Listener(Reporter):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def _written(folder, steps=(1, 2, 3), keep=3):
    """Checkpoints whose variable holds the step."""
    value = _value()
    checkpoints = Checkpoints(str(folder), {"value": value}, keep)
    for step in steps:
        value.assign(np.full(1000, step, np.float32))
        checkpoints.save(step)
    return checkpoints


def _restored(folder, reporter=SILENT):
    value = _value()
    step = Checkpoints(str(folder), {"value": value}, reporter=reporter).restore()
    np.testing.assert_array_equal(value, np.full(1000, step))
    return step


def _data(folder, step):
    return pathlib.Path(folder) / f"step-{step}.data-00000-of-00001"


def test_the_newest_is_restored_and_the_oldest_go(tmp_path):
    _written(tmp_path, (1, 2, 3, 4), keep=2)
    assert _restored(tmp_path) == 4
    assert steps_in(tmp_path) == [3, 4]
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("step-4")


def test_a_fresh_folder_starts_at_zero(tmp_path):
    assert Checkpoints(str(tmp_path / "new"), {"value": _value()}).restore() == 0


@pytest.mark.parametrize("part", ["data", "index"])
@pytest.mark.parametrize("damage", ["flip", "cut"])
def test_a_damaged_newest_is_set_aside_and_the_one_before_used(tmp_path, part, damage):
    generator = np.random.default_rng(0)
    for trial in range(12):
        folder = tmp_path / str(trial)
        _written(folder)
        path = _data(folder, 3) if part == "data" else folder / "step-3.index"
        content = bytearray(path.read_bytes())
        place = int(generator.integers(len(content)))
        if damage == "flip":
            content[place] ^= 1 << int(generator.integers(8))
        else:
            content = content[:place]
        path.write_bytes(content)
        listener = Listener()
        step = _restored(folder, listener)
        # A flip in an unused byte of the index changes nothing.
        assert step == 2 or (step == 3 and part == "index" and damage == "flip")
        if step == 2:
            assert "set aside as .bad" in listener.notes[0]
            assert (folder / "step-3.index.bad").exists()
            assert tf.train.latest_checkpoint(str(folder)).endswith("step-2")


def test_all_damaged_is_an_error_and_nothing_goes(tmp_path):
    _written(tmp_path)
    for step in (1, 2, 3):
        _data(tmp_path, step).write_bytes(b"junk")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(ModelError, match="none of the checkpoints"):
        _restored(tmp_path)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"model_checkpoint_pa"])
def test_the_pointer_file_is_not_needed(tmp_path, content):
    """TensorFlow alone would start from step 0 here, with a warning at most."""
    _written(tmp_path)
    pointer = tmp_path / "checkpoint"
    if content is None:
        pointer.unlink()
    else:
        pointer.write_bytes(content)
    assert newest(str(tmp_path)) == str(tmp_path / "step-3")
    assert _restored(tmp_path) == 3


def test_a_pointer_file_alone_is_an_error(tmp_path):
    _written(tmp_path, (1,))
    for path in tmp_path.glob("step-*"):
        path.unlink()
    with pytest.raises(ModelError, match="only the pointer file is left"):
        _restored(tmp_path)


def test_what_a_killed_write_leaves_is_swept(tmp_path):
    _written(tmp_path)
    (tmp_path / "step-4_temp").mkdir()
    (tmp_path / "step-4_temp" / "part-00000-of-00001.data").write_bytes(b"half")
    (tmp_path / "step-4.data-00000-of-00001").write_bytes(b"half")
    (tmp_path / "checkpoint.new").write_bytes(b"half")
    assert _restored(tmp_path) == 3
    assert not [n for n in os.listdir(tmp_path) if "4" in n or n.endswith(".new")]


def test_a_failed_write_is_one_line_and_leaves_the_one_before(tmp_path, monkeypatch):
    checkpoints = _written(tmp_path)

    def full(*arguments, **options):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(checkpoints, "write", full)
    with pytest.raises(DiskError, match=r"No space left.*MB.*intact"):
        checkpoints.save(4)
    assert _restored(tmp_path) == 3


def test_another_networks_checkpoint_is_refused(tmp_path):
    _written(tmp_path)
    other = Checkpoints(str(tmp_path), {"value": tf.Variable(np.zeros(7, np.float32))})
    with pytest.raises(ModelError, match="another network"):
        other.restore()
    assert not list(tmp_path.glob("*.bad"))


def test_a_checkpoint_that_lacks_a_variable_is_refused(tmp_path):
    _written(tmp_path)
    items = {"value": _value(), "another": _value()}
    with pytest.raises(ModelError, match="another network"):
        Checkpoints(str(tmp_path), items).restore_step(3)


def test_a_checkpoint_may_hold_more_than_is_asked_for(tmp_path):
    items = {"value": _value(), "another": _value()}
    Checkpoints(str(tmp_path), items).save(0)
    assert _restored(tmp_path) == 0
