"""Arrays as PNG files in memory."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def encoded(array: np.ndarray | Image.Image) -> bytes:
    """uint8 [H, W, 3] or [H, W], or a Pillow image, as the bytes of a PNG file."""
    buffer = io.BytesIO()
    picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
    picture.save(buffer, "PNG")
    return buffer.getvalue()
