"""What a picture file holds beyond the sRGB pixels that networks see, and its return."""

from __future__ import annotations

import dataclasses
import io
from typing import Optional

import numpy as np
from PIL import Image, PngImagePlugin

from vqinpaint.pictures.colours import Profile
from vqinpaint.pictures.masks import is_missing


@dataclasses.dataclass(frozen=True, eq=False)
class Original:
    """A picture's own pixels, and what its file says of them.

    Attributes:
      pixels: uint8 [H, W, 3], or [H, W, 4] with alpha, in the colours of `profile`.
      profile: colour profile; None for pictures without, which are taken for sRGB.
      dpi: pixels per inch across and down; None where the file does not say.
      chunks: (name, content) of PNG chunks that say how colours are meant.
    """

    pixels: np.ndarray
    profile: Optional[Profile] = None
    dpi: Optional[tuple[float, float]] = None
    chunks: tuple[tuple[bytes, bytes], ...] = ()

    def filled(self, completed: np.ndarray, mask: np.ndarray) -> Image.Image:
        """The picture with its hole filled; known pixels are its own, bit for bit.

        Args:
          completed: uint8 [H, W, 3], sRGB; only its missing pixels are taken, which
            become opaque.
          mask: uint8 [H, W], over 127 where missing.

        Returns:
          Of mode "RGB" or "RGBA", in the colours of `profile`. Its `info` holds the
          profile and the dpi as Pillow's own pictures do.
        """
        hole = is_missing(mask)
        colours = completed[hole]
        if self.profile:
            colours = self.profile.from_srgb(colours)
        pixels = self.pixels.copy()
        pixels[hole, :3] = colours
        pixels[hole, 3:] = 255
        image = Image.fromarray(pixels)
        if self.profile:
            image.info["icc_profile"] = self.profile.data
        if self.dpi:
            image.info["dpi"] = self.dpi
        return image

    def png(self, image: Image.Image) -> bytes:
        """A picture that `filled` returned as a PNG file."""
        more = PngImagePlugin.PngInfo()
        for name, content in self.chunks:
            more.add(name, content)
        file = io.BytesIO()
        # Pillow takes the profile from `info`, but not the dpi.
        told = {"dpi": self.dpi} if self.dpi else {}
        image.save(file, "PNG", pnginfo=more, **told)
        return file.getvalue()
