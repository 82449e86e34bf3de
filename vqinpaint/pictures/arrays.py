"""Pictures and masks from the forms in which programs hold them."""

from __future__ import annotations

from typing import Union

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError, first_line
from vqinpaint.pictures.decoding import Decoded, check_mode, orientation, upright
from vqinpaint.pictures.holes import Hole, hole_of
from vqinpaint.pictures.masks import is_missing
from vqinpaint.pictures.original import Original
from vqinpaint.pictures.picture import Picture, picture_of

Pixels = Union[np.ndarray, Image.Image]


def image_picture(image: Pixels) -> Picture:
    """A picture.

    Args:
      image: Pillow image, or uint8 [H, W, 3], [H, W] or [H, W, 1].

    Raises:
      PictureError: another type or shape.
    """
    if isinstance(image, Image.Image):
        try:
            return picture_of(_decoded(image, "image"))
        except PictureError:
            raise
        except Exception as error:
            raise _refusal("image", image, error) from None
    pixels = image_array(image)
    return Picture(pixels, Original(pixels))


def image_array(image: Pixels) -> np.ndarray:
    """A picture as networks see it, uint8 [H, W, 3]; see `image_picture`."""
    if isinstance(image, Image.Image):
        return image_picture(image).pixels
    array = np.asarray(image)
    if array.dtype != np.uint8:
        raise PictureError(
            f"the image is an array of {array.dtype}; give uint8, 0 to 255, or a Pillow "
            "image."
        )
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[-1] not in (1, 3) or not array.size:
        raise PictureError(
            f"the image has the shape {list(np.shape(image))}; give [H, W, 3] or [H, W]."
        )
    # A copy, as callers may go on to fill the same array with the next picture.
    return np.array(np.broadcast_to(array, (*array.shape[:2], 3)), order="C")


def mask_hole(mask: Pixels, picture: Picture, invert: bool = False) -> Hole:
    """The hole that a mask describes in a picture.

    Args:
      mask: Pillow image, see `hole_of`, or bool or uint8 [H, W] or [H, W, 1]; True or
        over 127 where missing.
      picture: that has the hole.
      invert: take the others as missing instead.

    Raises:
      PictureError: another type or shape.
    """
    height, width = picture.pixels.shape[:2]
    if not isinstance(mask, Image.Image):
        return Hole(mask_array(mask, height, width, invert), [])
    try:
        return hole_of(
            _decoded(mask, "mask"), height, width, invert, picture.orientation
        )
    except PictureError:
        raise
    except Exception as error:
        raise _refusal("mask", mask, error) from None


def mask_array(
    mask: np.ndarray, height: int, width: int, invert: bool = False
) -> np.ndarray:
    """A mask as uint8 [height, width], 255 where missing.

    Args:
      mask: bool or uint8 [height, width] or [height, width, 1]; True or over 127 where
        missing.
      height, width: of the picture that has the hole.
      invert: take the others as missing instead.

    Raises:
      PictureError: another type or shape.
    """
    array = np.asarray(mask)
    if array.ndim == 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.shape != (height, width):
        raise PictureError(
            f"the mask has the shape {list(np.shape(mask))}, the image is {height} rows "
            f"by {width} columns; give [{height}, {width}]."
        )
    if array.dtype not in (np.bool_, np.uint8):
        raise PictureError(
            f"the mask is an array of {array.dtype}; give bool, or uint8 with values over "
            "127 where pixels are missing."
        )
    missing = array if array.dtype == np.bool_ else is_missing(array)
    return ((missing != invert) * 255).astype(np.uint8)


def _decoded(image, what):
    """A Pillow image, opened by whoever calls, as if it had been read here."""
    check_mode(image, f"the {what}")
    # First, as looking for an orientation may load a picture.
    deep = any(str(tile[-1]).endswith(";16B") for tile in getattr(image, "tile", ()))
    kind, turn = image.format or "", orientation(image)
    image.load()  # Pillow turns TIFF upright by itself
    image = image if kind == "TIFF" else upright(image, turn)
    clear = image.info.get("transparency")
    # Of a picture that was loaded before, its values alone tell.
    deep = deep or (isinstance(clear, tuple) and max(clear) > 255)
    bits = 16 if deep or image.mode.startswith("I") else 8
    left_out = bits == 16 and clear is not None
    if left_out:  # as in `decoding`
        image = image.copy()
        del image.info["transparency"]
    return Decoded(image, kind, turn, bits, clear_colour_left_out=left_out)


def _refusal(what, image, error):
    return PictureError(
        f"the {what} cannot be read ({type(error).__name__}: {first_line(error)[:120]}); "
        f"it is a Pillow image of mode {image.mode}."
    )
