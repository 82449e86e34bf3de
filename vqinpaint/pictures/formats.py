"""The kinds of picture files that are read, for pictures, masks and records alike."""

from __future__ import annotations

from typing import NamedTuple

from PIL import features

from vqinpaint import shipped
from vqinpaint.errors import PictureError


class Format(NamedTuple):
    """A kind of picture file."""

    title: str  # for people
    pillow: str  # Pillow's name
    suffixes: tuple[str, ...]  # of file names, in lower case


FORMATS = (
    Format("PNG", "PNG", (".png",)),
    Format("JPEG", "JPEG", (".jpg", ".jpeg", ".jpe", ".jfif")),
    Format("WebP", "WEBP", (".webp",)),
    Format("BMP", "BMP", (".bmp", ".dib")),
    Format("GIF", "GIF", (".gif",)),
    Format("TIFF", "TIFF", (".tif", ".tiff")),
    Format("AVIF", "AVIF", (".avif",)),
    Format("HEIC", "HEIF", (".heic", ".heif", ".hif")),
)
SUFFIXES = tuple(suffix for kind in FORMATS for suffix in kind.suffixes)
TITLES = ", ".join(kind.title for kind in FORMATS[:-1]) + f" or {FORMATS[-1].title}"

# Brands in the first box of AVIF and HEIC files; "mif1" may be either.
_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_EITHER = (b"mif1", b"msf1")
# Bytes of a file by which its format is known.
HEAD = 64


def pillow_formats(head: bytes) -> list[str]:
    """Pillow's names of the formats that a file may have.

    Args:
      head: the first `HEAD` bytes of the file.

    Raises:
      PictureError: its format needs a package that is not installed.
    """
    first, brands = _brands(head)
    if first in _HEIC or (first in _EITHER and any(b in _HEIC for b in brands)):
        _register_heic()
        return ["HEIF"]
    if first in _AVIF + _EITHER and not features.check("avif"):
        raise PictureError(
            "is an AVIF picture, which this Pillow cannot read; pip install --upgrade "
            "pillow, or convert it to PNG."
        )
    return [kind.pillow for kind in FORMATS if kind.pillow != "HEIF"]


def _brands(head):
    """The main brand of an AVIF or HEIC file, b"" for others, and the further ones."""
    if head[4:8] != b"ftyp":
        return b"", []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return head[8:12], [head[i : i + 4] for i in range(16, end, 4)]


def _register_heic():
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise PictureError(
            "is a HEIC picture, which needs pillow-heif; "
            f"{shipped.install_command('heic')}, or convert it to PNG."
        ) from None
    register_heif_opener()
