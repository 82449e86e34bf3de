"""SavedModels without what servers alone call."""

import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint.joined import saved_graph
from vqinpaint.joined.pruning import pruned
from vqinpaint.ops.images import to_uint8

IMAGE = to_uint8(tiny.images(1))[0]
HOLE = tf.cast(tiny.center_masks(1)[0] * 255, tf.uint8)


def _loaded(folder, names):
    with pruned(folder, saved_graph.read_graph(folder), names) as copy:
        assert copy != folder
        size = os.path.getsize(os.path.join(copy, "saved_model.pb"))
        model = tf.saved_model.load(copy)
    assert not os.path.exists(copy)
    return model, size


@pytest.mark.portable
def test_what_is_kept_gives_the_same_bytes(exported):
    folder = exported[1]
    whole = tf.saved_model.load(folder)
    part, size = _loaded(folder, ["sample", "no_such_function"])
    seeds = tf.range(2)
    arguments = IMAGE, HOLE, seeds, tf.ones([2]), tf.constant(0), tf.constant(1.0)
    wanted, found = whole.sample(*arguments), part.sample(*arguments)
    assert wanted.keys() == found.keys()
    for name in wanted:
        np.testing.assert_array_equal(found[name], wanted[name], err_msg=name)
    for one, other in zip(part.weights, whole.weights):
        np.testing.assert_array_equal(one, other)
    # The others are not there, nor what they alone need.
    assert not callable(part.bits) and not hasattr(part.signatures, "items")
    assert size < os.path.getsize(os.path.join(folder, "saved_model.pb")) / 2


def test_a_path_through_a_link_leads_to_the_same_variables(exported, tmp_path):
    folder = pathlib.Path(exported[1])
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(folder)
    path = f"{tmp_path}/here/link/../{folder.name}"
    assert not os.path.exists(os.path.abspath(path))
    with pruned(path, saved_graph.read_graph(path), ["encode"]) as copy:
        model = tf.saved_model.load(copy)
    assert copy != path and len(model.weights) == len(exported[0].weights)


@pytest.mark.parametrize("broken", ["tempfile.TemporaryDirectory", "os.symlink"])
def test_without_room_for_a_copy_the_model_itself_is_loaded(
    exported, monkeypatch, broken
):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(broken, full)
    folder = exported[1]
    with pruned(folder, saved_graph.read_graph(folder), ["sample"]) as copy:
        assert copy == folder


def test_what_goes_wrong_in_between_comes_out(exported):
    folder = exported[1]
    with pytest.raises(OSError, match="of the block"):
        with pruned(folder, saved_graph.read_graph(folder), ["sample"]) as copy:
            raise OSError("of the block")
    assert not os.path.exists(copy)
