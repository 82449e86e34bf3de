"""Folders with names that TensorFlow takes for patterns, or not at all."""

import os

import pytest
import tensorflow as tf

from vqinpaint.files.plain_paths import plain_path
from vqinpaint.runs import checkpoints
from vqinpaint.training.board import Board

NAMES = ["[x]", "a*b", "q?", "back\\slash", os.fsdecode(b"\xff\xfe"), "K ä"]


@pytest.fixture(params=NAMES, ids=ascii)
def folder(request, tmp_path):
    path = tmp_path / request.param
    path.mkdir()
    return path


def test_a_plain_path_is_left_alone(tmp_path):
    assert plain_path("runs/x") == "runs/x"
    assert plain_path("runs/Käthe Ω") == "runs/Käthe Ω"


def test_it_leads_to_the_same_place(folder):
    plain = plain_path(str(folder))
    assert not set("*?[]\\") & set(plain) and plain.encode()
    assert os.path.samefile(plain, folder)
    assert plain_path(str(folder)) == plain
    below = plain_path(str(folder / "step-1"))
    assert os.path.samefile(os.path.dirname(below), folder)


def test_checkpoints_go_on_in_it(folder):
    value = tf.Variable(3.0)
    items = {"value": tf.train.Checkpoint(value=value)}
    checkpoints.Checkpoints(str(folder), items).save(5)
    value.assign(0.0)
    assert checkpoints.newest(str(folder)) == str(folder / "step-5")
    assert checkpoints.Checkpoints(str(folder), items).restore() == 5
    assert float(value) == 3


def test_another_folder_of_the_pattern_is_not_taken(tmp_path):
    """Of "[ab]" and "a" the second is what the first means as a pattern."""
    for name, number in (("[ab]", 1.0), ("a", 2.0)):
        items = {"value": tf.train.Checkpoint(value=tf.Variable(number))}
        checkpoints.Checkpoints(str(tmp_path / name), items).save(1)
    value = tf.Variable(0.0)
    items = {"value": tf.train.Checkpoint(value=value)}
    checkpoints.Checkpoints(str(tmp_path / "[ab]"), items).restore()
    assert float(value) == 1


def test_saved_models_load_from_it(folder):
    module = tf.Module()
    module.value = tf.Variable(2.0)
    tf.saved_model.save(module, plain_path(str(folder)))
    assert (folder / "saved_model.pb").exists()
    assert float(tf.saved_model.load(plain_path(str(folder))).value) == 2


def test_tensorboards_events_go_into_it(folder):
    board = Board(str(folder))
    board.scalars("train", 1, {"loss": 0.5})
    board.flush()
    names = os.listdir(folder)
    assert "log.jsonl" in names and any("tfevents" in name for name in names)
