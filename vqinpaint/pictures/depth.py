"""Pictures of more than 8 bits per channel."""

from __future__ import annotations

import numpy as np
from PIL import Image


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
    values = np.clip(np.asarray(picture), 0, 65535).astype(np.uint32)
    values += 128
    values //= 257
    return Image.fromarray(values.astype(np.uint8))
