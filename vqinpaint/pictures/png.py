"""Arrays as PNG files in memory."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def encoded(array: np.ndarray) -> bytes:
    """uint8 [H, W, 3] or [H, W] as the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()
