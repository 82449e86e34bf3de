"""Masks for the pictures of a batch: which kind the options ask for, and how it is made.

A mask is made in two steps. Rasterising brush strokes for a whole batch takes hardly
longer than for one picture, so each example only carries what decides about its mask,
and the masks are made when the batch is complete. `ops/masks.py` has the shapes.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Protocol

import tensorflow as tf

from vqinpaint.data import mask_files
from vqinpaint.errors import DataError, PictureError
from vqinpaint.ops import masks, pic_masks
from vqinpaint.ops.images import turned
from vqinpaint.options import DataOptions
from vqinpaint.pictures.masks import is_missing

# By which masks of files are turned at most.
_MOST_DEGREES = 10.0

_fold_in = tf.random.experimental.stateless_fold_in


class Masks(Protocol):
    """A kind of masks, made in two steps."""

    def draw(self, seed: tf.Tensor) -> tf.Tensor:
        """What decides about one mask. seed: int64 [2]."""

    def finish(self, drawn: tf.Tensor) -> tf.Tensor:
        """The masks of a batch of results of `draw`.

        Returns:
          uint8 [B, S, S, 1], 255 where the picture is missing and 0 elsewhere.
        """


def make_masks(image_size: int, options: DataOptions) -> Masks:
    """The masks that the options ask for.

    Args:
      image_size: side of the masks in pixels.
      options: `mask` is "center", "folder", or the name of a function that makes masks of
        `draws`: "box", "strokes" or "random" in `ops.masks`, "regular", "irregular" or
        "pic" in `ops.pic_masks`.

    Raises:
      DataError: the folder of masks holds no picture, or one that cannot be read.
    """
    if options.mask == "center":
        return CenterMasks(image_size)
    if options.mask == "folder":
        return FolderMasks(image_size, options.mask_dir, options.mask_augment)
    recipes = pic_masks if hasattr(pic_masks, options.mask) else masks
    return DrawnMasks(image_size, options.mask, recipes)


class CenterMasks:
    """The same square hole in the middle of every picture, with half its side.

    Args:
      size: side of the masks in pixels.
    """

    def __init__(self, size: int):
        self._size = size

    def draw(self, seed: tf.Tensor) -> tf.Tensor:
        """Nothing has to be decided: float32 [0]."""
        del seed
        return tf.zeros([0])

    def finish(self, drawn: tf.Tensor) -> tf.Tensor:
        """See `Masks.finish`."""
        one = masks.center(self._size)[None]
        return _as_bytes(tf.repeat(one, tf.shape(drawn)[0], axis=0), drawn)


class DrawnMasks:
    """Random holes of two shapes, or a coin between them, as the authors draw them.

    Args:
      size: side of the masks in pixels.
      kind: name of the function that makes them.
      recipes: the module with that function and its `draws`.
    """

    def __init__(self, size: int, kind: str, recipes: ModuleType = masks):
        self._size, self._make = size, getattr(recipes, kind)
        self._draws = recipes.draws

    def draw(self, seed: tf.Tensor) -> tf.Tensor:
        """All random numbers of one mask, float32 [n]; see `ops.masks.draws`."""
        return self._draws(seed)

    def finish(self, drawn: tf.Tensor) -> tf.Tensor:
        """See `Masks.finish`."""
        return _as_bytes(self._make(self._size, drawn), drawn)


class FolderMasks:
    """Masks from picture files, chosen at random; white means missing.

    Args:
      size: side in pixels to which the masks are resized by nearest neighbour.
      folder: folder with pictures, all of which are looked at here.
      augment: whether to mirror half of them and turn all by up to 10 degrees; the
        corners that turning uncovers are known.

    Raises:
      DataError: the folder holds none, or one that cannot be read.
    """

    def __init__(self, size: int, folder: str, augment: bool = False):
        self._size, self._augment = size, augment
        try:
            found = mask_files.find(folder)
        except PictureError as error:
            raise DataError(f"--mask_dir: {error}") from None
        self._count = len(found)
        self._paths = tf.constant([os.fsencode(mask.path) for mask in found])
        self._converted = tf.constant([mask.png for mask in found])

    def draw(self, seed: tf.Tensor) -> tf.Tensor:
        """The mask itself: uint8 [S, S, 1]."""
        index = tf.random.stateless_uniform([], seed, 0, self._count, tf.int64)
        converted = self._converted[index]
        encoded = tf.cond(
            tf.strings.length(converted) > 0,
            lambda: converted,
            lambda: tf.io.read_file(self._paths[index]),
        )
        mask = tf.io.decode_image(encoded, channels=1, expand_animations=False)
        mask = tf.ensure_shape(mask, [None, None, 1])
        if self._augment:
            flip, turn = tf.unstack(tf.random.stateless_uniform([2], _fold_in(seed, 1)))
            degrees = _MOST_DEGREES * (2 * turn - 1)
            return augmented(mask, flip < 0.5, degrees, self._size)
        mask = tf.image.resize(mask, [self._size] * 2, "nearest")
        return tf.cast(is_missing(mask), tf.uint8) * 255

    def finish(self, drawn: tf.Tensor) -> tf.Tensor:
        """See `Masks.finish`."""
        return drawn


def _as_bytes(missing, drawn):
    """bool [B, S, S, 1] -> uint8, 255 where true, with the static batch of `drawn`."""
    shape = [drawn.shape[0], *missing.shape[1:]]
    return tf.ensure_shape(tf.cast(missing, tf.uint8) * 255, shape)


def augmented(
    mask: tf.Tensor, flip: tf.Tensor | bool, degrees: tf.Tensor, size: int
) -> tf.Tensor:
    """Mirrors and turns the mask of a file, and makes a square of its middle.

    As Pluralistic Image Completion does with masks of files: what turning uncovers is
    known, and a pixel is missing as soon as a part of it is.

    Args:
      mask: uint8 [H, W, 1], missing where over 127.
      flip: whether to mirror it.
      degrees: float32 [] to turn it by, counter-clockwise.
      size: side of the result in pixels.

    Returns:
      uint8 [size, size, 1], 255 or 0.
    """
    mask = tf.cast(is_missing(mask), tf.uint8) * 255
    mask = turned(tf.where(flip, mask[:, ::-1], mask), degrees)
    height, width = tf.unstack(tf.shape(mask)[:2])
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = mask[top : top + side, left : left + side]
    share = tf.image.resize(square, [size, size], antialias=True)
    return tf.cast(tf.round(share) > 0, tf.uint8) * 255
