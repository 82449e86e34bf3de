"""What browsers send of the canvas, bounded before it is kept and before it is decoded.

Gradio's editor keeps whatever it is sent under whatever name, and decodes all of it. Here
a layer must be a PNG of the canvas's size, and what nobody asks for is forgotten.
"""

from __future__ import annotations

import collections
import dataclasses
import io
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.web.painting import LARGEST

# A canvas of noise, with what a file has around its pixels.
_MOST_BYTES = 4 * LARGEST**2 + (1 << 16)
# The page has one layer; browsers may keep an empty one besides.
_MOST_LAYERS = 4
_MOST_KEPT = 64 * _MOST_BYTES


@dataclasses.dataclass
class Drawn:
    """One canvas as a browser sent it.

    Attributes:
      layers: PNG files by number.
      has_picture: whether there is a picture behind them.
    """

    layers: dict[int, bytes] = dataclasses.field(default_factory=dict)
    has_picture: bool = False

    @property
    def size(self) -> int:
        """Bytes of all layers."""
        return sum(map(len, self.layers.values()))


class Received:
    """Canvases that were sent and not asked for yet; the oldest are forgotten."""

    def __init__(self) -> None:
        self._drawn: collections.OrderedDict[str, Drawn] = collections.OrderedDict()
        self._lock = threading.Lock()

    def install(self, editor: Any) -> None:
        """Takes the place of what an editor of Gradio does with canvases."""

        def accept_blobs(sent):
            self.accept(sent.data, sent.files[0][1])

        accept_blobs._is_server_fn = True  # type: ignore[attr-defined]
        editor.accept_blobs = accept_blobs
        # Handlers are given the name, with which they `take`.
        editor.preprocess = lambda sent: sent.id if sent else None

    def accept(self, told: Any, data: bytes) -> None:
        """Keeps a part of a canvas; other parts than layers are not needed.

        Args:
          told: `id` of the canvas, `type` of the part, `index` of a layer, as texts.
          data: the part as a PNG file.
        """
        index = str(told["index"])
        number = int(index) if index.isdecimal() and len(index) < 5 else _MOST_LAYERS
        is_layer = told["type"] == "layer"
        if is_layer and (number >= _MOST_LAYERS or len(data) > _MOST_BYTES):
            return
        with self._lock:
            drawn = self._drawn.setdefault(str(told["id"])[:80], Drawn())
            if is_layer:
                drawn.layers[number] = data
            drawn.has_picture |= told["type"] == "background"
            kept = sum(one.size + 1000 for one in self._drawn.values())
            while kept > _MOST_KEPT:
                _, oldest = self._drawn.popitem(last=False)
                kept -= oldest.size + 1000

    def take(self, name: str) -> Drawn:
        """The canvas of that name, which is forgotten. Raises PictureError."""
        with self._lock:
            drawn = self._drawn.pop(name[:80], None)
        if drawn is None:
            raise PictureError(
                "the canvas did not arrive; change the hole and try again."
            )
        return drawn


def decoded(layers: Sequence[bytes], shape: tuple[int, int]) -> list[np.ndarray] | None:
    """Layers as uint8 [h, w, 4], or None where one of them has another size.

    Raises:
      PictureError: a layer is no PNG.
    """
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
