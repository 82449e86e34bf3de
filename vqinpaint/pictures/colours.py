"""Colour profiles: from a picture's own colours to sRGB, which networks see, and back."""

from __future__ import annotations

import functools
import io

import numpy as np
from PIL import Image, ImageCms

# Colours that a profile for sRGB under another name may move, in levels of 255.
_SAME = 2
# Kinds of pixels by the first four letters of a profile's colour space.
_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_LONGEST_NAME = 60
# White stays white and black stays black, as browsers and editors do.
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


class Profile:
    """An ICC profile.

    Args:
      data: as a file embeds it.

    Attributes:
      data: the same.
      mode: Pillow mode of the pixels that it describes: "RGB", "L" or "CMYK".
      name: for people.
      is_srgb: whether its colours are those of sRGB; nothing has to be converted then.

    Raises:
      ValueError: it is damaged, or for pixels of other kinds.
    """

    def __init__(self, data: bytes):
        self.data = data
        try:
            self._profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
            self.mode = _MODES[self._profile.profile.xcolor_space]
            self._to_srgb = _transform(self._profile, _srgb(), self.mode, "RGB")
            self.name = _name(self._profile)
            self.is_srgb = self._moves_nothing()
        except (ImageCms.PyCMSError, OSError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"unusable colour profile: {error}") from None

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """A picture of this profile's mode, in sRGB."""
        return self._to_srgb.apply(image)

    @functools.cached_property
    def _from_srgb(self):
        """Back to the profile's colours; None for profiles that know one way only."""
        try:
            return _transform(_srgb(), self._profile, "RGB", self.mode)
        except (ImageCms.PyCMSError, OSError):
            return None

    @property
    def is_two_way(self) -> bool:
        """Whether colours of sRGB can be expressed in it: an RGB profile that knows how."""
        return self.mode == "RGB" and (self.is_srgb or self._from_srgb is not None)

    def from_srgb(self, colours: np.ndarray) -> np.ndarray:
        """Colours of sRGB in those of this profile: uint8 [n, 3] -> uint8 [n, 3]."""
        if self.is_srgb or not len(colours):
            return colours
        row = Image.fromarray(np.ascontiguousarray(colours[None]))
        return np.asarray(ImageCms.applyTransform(row, self._from_srgb))[0]

    def _moves_nothing(self):
        if self.mode == "CMYK":
            return False
        steps = np.linspace(0, 255, 9).round().astype(np.uint8)
        if self.mode == "RGB":
            colours = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
        else:
            colours = steps[None]
        moved = np.asarray(self.to_srgb(Image.fromarray(colours))).astype(int)
        wanted = colours if self.mode == "RGB" else colours[..., None]
        return bool(np.abs(moved - wanted).max() <= _SAME)


@functools.cache
def _srgb():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _transform(source, target, source_mode, target_mode):
    return ImageCms.buildTransform(
        source, target, source_mode, target_mode, _INTENT, _FLAGS
    )


def _name(profile):
    try:
        text = ImageCms.getProfileDescription(profile).strip()
    except ImageCms.PyCMSError:
        text = ""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return shown[:_LONGEST_NAME] or "without a name"
