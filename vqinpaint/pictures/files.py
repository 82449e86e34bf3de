"""Picture files in and out."""

from __future__ import annotations

import os
import warnings

import numpy as np
from PIL import Image, ImageOps

from vqinpaint.errors import PictureError, first_line
from vqinpaint.pictures import arrays

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_FORMATS = ["PNG", "JPEG", "WEBP", "BMP"]


def list_pictures(path, what="image"):
    """The picture files that a flag names: the file itself, or a folder's, sorted.

    Raises:
      PictureError: no such file, or a folder without pictures.
    """
    if os.path.isdir(path):
        found = sorted(
            os.path.join(path, name)
            for name in os.listdir(path)
            if name.lower().endswith(SUFFIXES)
        )
        if not found:
            raise PictureError(
                f"the {what} folder {path} holds no picture "
                f"({', '.join(SUFFIXES)}); put some there or name another folder."
            )
        return found
    if not os.path.isfile(path):
        raise PictureError(f"the {what} {path or '(none given)'} does not exist.")
    return [path]


def _open(path, what):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=_FORMATS)
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Exception as error:
        reason = first_line(error)[:120]
        raise PictureError(
            f"the {what} {path} cannot be read ({type(error).__name__}: {reason}); it "
            "should be a whole PNG, JPEG, WebP or BMP file."
        ) from None


def load_image(path: str) -> np.ndarray:
    """A picture as uint8 [H, W, 3], upright, whatever its mode.

    Raises:
      PictureError: not a readable picture.
    """
    return arrays.rgb_array(_open(path, "image"))


def load_mask(
    path: str, height: int, width: int, invert: bool = False
) -> tuple[np.ndarray, str]:
    """A mask as uint8 [height, width]: 255 where missing, 0 where known.

    Any mode; values over 127 are missing. Another size is resized by nearest neighbour.

    Returns:
      (mask, note): the note says what was done about the size, or is "".

    Raises:
      PictureError: not a readable picture.
    """
    picture = _open(path, "mask")
    note = ""
    if picture.size != (width, height):
        note = (
            f"{path} is {picture.width}x{picture.height}, the image {width}x{height}: "
            "resized by nearest neighbour"
        )
    return arrays.hole_array(picture, height, width, invert), note


def match_masks(images, masks):
    """Pairs every image with a mask: one for all, or the one of the same stem.

    Raises:
      PictureError: an image without a mask.
    """
    if len(masks) == 1 and (len(images) > 1 or not os.path.isdir(masks[0])):
        return [(image, masks[0]) for image in images]
    by_stem = {stem(mask): mask for mask in masks}
    for image in images:
        if stem(image) not in by_stem:
            raise PictureError(
                f"{image} has no mask of the same name among {len(masks)} masks; give "
                "one mask file for all or a mask per image."
            )
    return [(image, by_stem[stem(image)]) for image in images]


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]
