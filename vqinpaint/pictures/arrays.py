"""Pictures and masks from the forms in which programs hold them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from vqinpaint.errors import PictureError
from vqinpaint.pictures.masks import is_missing


def to_eight_bits(picture: Image.Image) -> Image.Image:
    """Turns 16-bit grey, which Pillow's `convert` would clip, into 8-bit grey.

    A value v becomes v * 255 / 65535, rounded to the nearest whole number, as the PNG
    specification (section 13.12, sample depth rescaling) recommends.

    Args:
      picture: of any mode.

    Returns:
      Mode "L" for 16-bit grey; pictures of other modes as they are.
    """
    if not picture.mode.startswith("I"):
        return picture
    # 65535 / 255 is 257, which is odd, so that no value lies halfway.
    values = np.clip(np.asarray(picture).astype(np.int64), 0, 65535)
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))


def rgb_array(picture: Image.Image) -> np.ndarray:
    """A Pillow image of any mode as uint8 [H, W, 3], upright by its EXIF orientation."""
    picture = to_eight_bits(ImageOps.exif_transpose(picture))
    return np.asarray(picture.convert("RGB"))


def hole_array(
    picture: Image.Image, height: int, width: int, invert: bool = False
) -> np.ndarray:
    """A Pillow image of any mode as a mask, uint8 [height, width], 255 where missing.

    Args:
      picture: white (over 127) where missing; another size than the picture's is resized
        by nearest neighbour.
      height, width: of the picture that has the hole.
      invert: take what is black as missing instead.
    """
    picture = to_eight_bits(ImageOps.exif_transpose(picture)).convert("L")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.NEAREST)
    return _as_bytes(is_missing(np.asarray(picture)) != invert)


def image_array(image: np.ndarray | Image.Image) -> np.ndarray:
    """A picture as uint8 [H, W, 3].

    Args:
      image: Pillow image, or uint8 [H, W, 3], [H, W] or [H, W, 1].

    Raises:
      PictureError: another type or shape.
    """
    if isinstance(image, Image.Image):
        return rgb_array(image)
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
    return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:2], 3)))


def mask_array(
    mask: np.ndarray | Image.Image, height: int, width: int, invert: bool = False
) -> np.ndarray:
    """A mask as uint8 [height, width], 255 where missing.

    Args:
      mask: Pillow image, see `hole_array`, or bool or uint8 [height, width] or
        [height, width, 1]; True or over 127 where missing.
      height, width: of the picture that has the hole.
      invert: take the others as missing instead.

    Raises:
      PictureError: another type or shape.
    """
    if isinstance(mask, Image.Image):
        return hole_array(mask, height, width, invert)
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
    return _as_bytes(missing != invert)


def _as_bytes(missing):
    return (missing * 255).astype(np.uint8)
