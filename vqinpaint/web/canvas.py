"""What browsers send of the canvas, bounded before it is read and before it is decoded.

Gradio's editor decodes whatever it is sent, and keeps copies of what browsers send at each
stroke until a handler asks for them, which none of this page does.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.web.painting import LARGEST

# Bytes of a layer: a canvas of noise, with what a file has around its pixels.
MOST_BYTES = 4 * LARGEST**2 + (1 << 16)
# The page has one layer; browsers may keep an empty one besides.
_MOST_LAYERS = 4


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A canvas as a browser sent it.

    Attributes:
      layers: paths of its layers, which nobody has looked at yet.
      has_picture: whether there is a picture behind them.
    """

    layers: tuple[str, ...]
    has_picture: bool


def install(editor: Any) -> None:
    """Takes the place of what an editor of Gradio does with what it is sent."""

    def accept_blobs(sent):
        del sent

    accept_blobs._is_server_fn = True  # type: ignore[attr-defined]
    editor.accept_blobs = accept_blobs
    editor.preprocess = _as_drawn


def _as_drawn(sent):
    if not sent:
        return None
    layers = tuple(layer.path for layer in sent.layers if layer)
    return Drawn(layers, sent.background is not None)


def decoded(layers: Sequence[bytes], shape: tuple[int, int]) -> list[np.ndarray] | None:
    """Layers as uint8 [h, w, 4], or None where one of them has another size.

    Args:
      layers: PNG files.
      shape: (h, w).

    Raises:
      PictureError: a layer is no PNG, or there are more than a canvas has.
    """
    if len(layers) > _MOST_LAYERS:
        raise PictureError(
            f"the canvas has {len(layers)} layers, more than {_MOST_LAYERS}; paint on one."
        )
    found = []
    for data in layers:
        try:
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                if image.size != shape[::-1]:
                    return None
                found.append(np.asarray(image.convert("RGBA")))
        except Exception:  # whatever Pillow raises for damaged files
            raise PictureError(
                "the canvas was damaged on its way; try again."
            ) from None
    return found
