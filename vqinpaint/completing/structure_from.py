"""Structures that are given, not drawn: of another picture or of an earlier result."""

import json
import os
import re

import numpy as np
import tensorflow as tf

from vqinpaint.errors import PictureError
from vqinpaint.joined.inpainter import look
from vqinpaint.ops.images import to_uint8
from vqinpaint.pictures import files, resizing
from vqinpaint.pictures.masks import is_missing


def codes(source, image, mask, steps, side, model):
    """Codes for every step.

    Args:
      source: path of a picture, or "NAME.json:I" for sample I of an earlier result.
      image, mask: uint8 [H, W, 3] and [H, W], 255 where missing.
      steps: list of `windows.Step`.
      side: of the model's pictures.
      model: has `encode`.

    Returns:
      List of int32 [h, w].

    Raises:
      PictureError: nothing usable is there.
    """
    if re.search(r"\.json(:\d+)?$", source):
        return _from_json(source, steps, side // 8)
    other = resizing.enlarge(files.load_image(source), image.shape[1::-1])
    # What is known stays the picture's own; only the hole shows the other one.
    joined = np.where(is_missing(mask[..., None]), other, image)
    found = []
    for window, _ in steps:
        outside = window.cut(np.zeros_like(mask), 255)
        square, _ = resizing.shrink_known(window.cut(joined, 0), outside, side)
        found.append(model.encode(tf.constant(square[None]))["top"][0].numpy())
    return found


def _from_json(source, steps, grid):
    path, _, index = source.partition(".json")
    path, index = f"{path}.json", int(index[1:] or 0)
    try:
        with open(path, encoding="utf-8") as file:
            windows = json.load(file)["samples"][index]["windows"]
        found = [np.array(window["codes"], np.int32) for window in windows]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise PictureError(
            f"--structure_from={source}: no codes of sample {index} there "
            f"({type(error).__name__}: {error}); name a JSON that vqinpaint.inpaint wrote."
        ) from None
    if len(found) != len(steps) or any(c.shape != (grid, grid) for c in found):
        raise PictureError(
            f"--structure_from={os.path.basename(path)} holds {len(found)} window(s), this "
            f"picture and mask have {len(steps)} of {grid}x{grid} codes; both must have "
            "the same holes."
        )
    return found


def render(model, image, mask, codes):
    """Completes a square in a given structure.

    Args:
      model: has `fill` and `structures`.
      image, mask: uint8 [S, S, 3] and [S, S, 1].
      codes: int32 [h, w].

    Returns:
      dict of `completed`, `structure` uint8 [1, S, S, 3] and `codes` [1, h, w].
    """
    given = tf.constant(codes[None])
    filled = to_uint8(model.fill(*look(image, mask), given))
    return {
        "completed": tf.where(is_missing(mask), filled, image),
        "structure": model.structures(given),
        "codes": given,
    }
