"""A picture as networks see it, together with what it was."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from PIL import Image

from vqinpaint.pictures.colours import Profile
from vqinpaint.pictures.decoding import Decoded
from vqinpaint.pictures.depth import to_eight_bits
from vqinpaint.pictures.original import Original

# Resolutions that programs write where nobody chose one.
_DEFAULT_DPI = ((72, 72), (96, 96))
# Others stand for "unknown", as Pillow's 1 for TIFF files that do not say.
_SENSIBLE_DPI = (2, 100_000)


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """An upright picture.

    Attributes:
      pixels: uint8 [H, W, 3] in sRGB, as networks see it; what is transparent is shown
        over white.
      original: its own pixels, which results keep.
      notes: what was done to it, and what was left out, for people.
      orientation: by which it was turned upright, 1 to 8 as in EXIF.
    """

    pixels: np.ndarray
    original: Original
    notes: tuple[str, ...] = ()
    orientation: int = 1


def picture_of(decoded: Decoded) -> Picture:
    """A picture of a decoded file.

    Raises:
      ValueError, OSError: Pillow has no rule from its mode to RGB.
    """
    notes = [f"turned upright by its EXIF data ({decoded.orientation})"] * (
        decoded.orientation != 1
    )
    if decoded.animated:
        notes.append("only the first of its frames is used")
    if decoded.bits > 8:
        notes.append(f"its {decoded.bits} bits per channel become 8")
    profile = _profile(decoded, notes)
    colours, chunks, profile = _own_colours(decoded, profile, notes)
    alpha = alpha_of(decoded.image)
    if decoded.clear_colour_left_out:
        notes.append("its transparent colour is ignored, as it has 16 bits")
    dpi = _dpi(decoded, notes)
    pixels = seen = np.asarray(colours)
    if profile and not profile.is_srgb:
        colours = profile.to_srgb(colours)
        seen = np.asarray(colours)
    if alpha is not None:
        notes.append("its transparency is kept, and shown to the model over white")
        seen = np.asarray(over_white(colours, alpha))
        pixels = np.dstack([pixels, np.asarray(alpha)])
    original = Original(pixels, profile, dpi, chunks)
    return Picture(seen, original, tuple(notes), decoded.orientation)


def alpha_of(image: Image.Image) -> Image.Image | None:
    """The transparency of a picture, mode "L"; None where all of it is opaque."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema()[0] == 255 else alpha


def over_white(colours: Image.Image, alpha: Image.Image) -> Image.Image:
    """A picture of mode "RGB" as it looks on white paper."""
    white = Image.new("RGB", colours.size, "white")
    white.paste(colours, mask=alpha)
    return white


def profile_of(decoded: Decoded) -> Profile | None:
    """The colour profile of a picture; None without one.

    Raises:
      ValueError: it is damaged, or not for such pixels.
    """
    data = decoded.image.info.get("icc_profile")
    if not data or not isinstance(data, bytes):
        return None
    profile = Profile(data)
    fits = {"L": ("L", "LA", "La", "1"), "CMYK": ("CMYK",)}.get(profile.mode)
    mode = decoded.image.mode
    if (fits and mode not in fits) or (not fits and mode == "CMYK"):
        if not (profile.mode == "L" and mode.startswith("I")):
            raise ValueError(f"colour profile for {profile.mode}, picture of {mode}")
    return profile


def _profile(decoded, notes):
    try:
        return profile_of(decoded)
    except ValueError:
        notes.append("its colour profile is unusable and left out")
        return None


def _own_colours(decoded, profile, notes):
    """(mode "RGB", PNG chunks, profile) that results keep.

    Results are RGB: pictures of other kinds, and of profiles that know one way only, are
    converted to sRGB by their profiles.
    """
    image = to_eight_bits(decoded.image)
    if profile is None or profile.is_two_way:
        if profile:
            notes.append(f"its colour profile ({profile.name}) is kept")
        # A profile says more than these chunks, and readers are to ignore them then.
        return image.convert("RGB"), () if profile else decoded.chunks, profile
    if profile.is_srgb:  # grey, whose values are the same in RGB
        return image.convert("RGB"), (), None
    notes.append(f"converted to sRGB from its colour profile ({profile.name})")
    return profile.to_srgb(image.convert(profile.mode)), (), None


def _dpi(decoded, notes):
    try:
        dpi = tuple(float(value) for value in decoded.image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    low, high = _SENSIBLE_DPI
    if len(dpi) != 2 or not all(math.isfinite(v) and low <= v <= high for v in dpi):
        return None
    if decoded.orientation >= 5:  # across and down have changed places
        dpi = dpi[::-1]
    if tuple(map(round, dpi)) not in _DEFAULT_DPI:
        notes.append(f"its {round(dpi[0])} dpi are kept")
    return dpi
