"""Masks for training come from pictures of every format."""

import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vqinpaint.data import mask_files
from vqinpaint.data.masks import FolderMasks
from vqinpaint.errors import DataError

HOLE = np.zeros((16, 16), np.uint8)
HOLE[2:7, 4:12] = 255


def _rgba():
    rgba = np.zeros((16, 16, 4), np.uint8)
    rgba[HOLE > 0] = (0, 0, 0, 255)
    return Image.fromarray(rgba)


def _deep():
    return Image.fromarray(HOLE.astype(np.uint16) * 257)


GREY = Image.fromarray(HOLE)
FILES = {
    "grey.png": (GREY, {}, True),
    "colour.png": (GREY.convert("RGB"), {}, True),
    "bits.png": (GREY.convert("1"), {}, True),
    "alpha.png": (_rgba(), {}, False),
    "deep.png": (_deep(), {}, False),
    "lossless.webp": (GREY, {"lossless": True}, False),
    "page.tif": (GREY, {}, False),
    "frame.gif": (GREY, {}, False),
    "windows.bmp": (GREY, {}, False),
}


@pytest.mark.parametrize("name", FILES)
def test_a_mask_of_any_format_is_drawn(tmp_path, name):
    image, options, plain = FILES[name]
    image.save(tmp_path / name, **options)
    (found,) = mask_files.find(str(tmp_path))
    assert (found.png == b"") == plain
    drawn = FolderMasks(16, str(tmp_path)).draw(tf.constant([0, 1], tf.int64))
    np.testing.assert_array_equal(drawn[..., 0], HOLE)


def test_masks_of_both_kinds_are_drawn_from_one_folder(tmp_path):
    GREY.save(tmp_path / "a.png")
    Image.fromarray(255 - HOLE).save(tmp_path / "b.tif")
    masks = FolderMasks(16, str(tmp_path))
    seen = {bytes(masks.draw(tf.constant([0, i], tf.int64)).numpy()) for i in range(20)}
    assert seen == {HOLE.tobytes(), (255 - HOLE).tobytes()}


def test_what_cannot_be_read_is_told_before_training(tmp_path):
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="--mask_dir: the mask .*damaged.png"):
        FolderMasks(16, str(tmp_path))
    GREY.save(tmp_path / "damaged.png")
    whole = (tmp_path / "damaged.png").read_bytes()
    (tmp_path / "damaged.png").write_bytes(whole[:-30])
    with pytest.raises(DataError, match="--mask_dir: the mask .*damaged.png"):
        FolderMasks(16, str(tmp_path))
    (tmp_path / "damaged.png").unlink()
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DataError, match="pipe.png is a named pipe"):
        FolderMasks(16, str(tmp_path))


def test_names_of_masks_need_not_be_utf8(tmp_path):
    GREY.save(tmp_path / os.fsdecode(b"caf\xe9.png"))
    drawn = FolderMasks(16, str(tmp_path)).draw(tf.constant([0, 1], tf.int64))
    np.testing.assert_array_equal(drawn[..., 0], HOLE)
