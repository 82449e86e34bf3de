"""Mask files for training, of every format that pictures may have."""

from __future__ import annotations

import io
import os
from typing import NamedTuple

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.files.regular import open_regular
from vqinpaint.options.reading import USUAL
from vqinpaint.pictures.decoding import decode, orientation
from vqinpaint.pictures.holes import hole_of
from vqinpaint.pictures.listing import list_pictures

# Pillow's modes of files that TensorFlow decodes to the same mask.
_PLAIN = ("1", "L", "P", "RGB")


class MaskFile(NamedTuple):
    """A mask on disk."""

    path: str
    png: (
        bytes  # the mask as a grey PNG file; b"" where TensorFlow reads the path itself
    )


def find(folder: str) -> list[MaskFile]:
    """All masks in a folder, sorted by name.

    Raises:
      PictureError: the folder holds none, or one of them cannot be read.
    """
    if not os.path.isdir(folder):
        raise PictureError(
            f"the mask folder {folder} does not exist; name another one."
        )
    return [_mask_file(path) for path in list_pictures(folder, "mask")]


def _mask_file(path):
    told = f"the mask {path}"
    with open_regular(path, USUAL.most_bytes, told, PictureError) as file:
        if _is_plain(file):
            return MaskFile(path, b"")
        decoded = decode(file, told, USUAL)
        width, height = decoded.image.size
        missing, _ = hole_of(decoded, height, width, told=told)
        return MaskFile(path, _png(missing))


def _is_plain(file):
    """Whether TensorFlow decodes a file to the same mask."""
    try:
        image = Image.open(file, formats=["PNG", "JPEG"])
        turned = "exif" in image.info and orientation(image) != 1
        plain = image.mode in _PLAIN and not image.has_transparency_data
        within = image.width * image.height <= USUAL.max_pixels
        if not (plain and within) or turned:
            return False
        image.load()  # the header of a damaged file may be whole
        return True
    except Exception:  # whatever is wrong with it, decoding tells
        return False


def _png(missing: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(missing).save(file, "PNG")
    return file.getvalue()
