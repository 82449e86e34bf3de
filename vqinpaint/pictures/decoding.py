"""From a picture file to pixels: the one place where Pillow decodes files of users."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import threading
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from vqinpaint.errors import PictureError, first_line
from vqinpaint.options.reading import MOST_SCANS, ReadingOptions
from vqinpaint.pictures import formats
from vqinpaint.pictures.depth import bits_per_channel
from vqinpaint.pictures.png_chunks import colour_chunks

_ORIENTATION = 0x0112  # the EXIF tag
# How a picture is turned upright, by its EXIF orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Formats of which readers turn pictures upright by themselves, while they load them.
_TURNED_BY_READER = ("TIFF", "HEIF")
# TIFF tags.
_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339


@dataclasses.dataclass(frozen=True, eq=False)
class Decoded:
    """A picture as its file holds it, upright.

    Attributes:
      image: its first frame, of any mode; `info` says what the file says beyond it.
      format: Pillow's name, such as "JPEG".
      orientation: EXIF's number, 1 to 8; 1 for pictures that were upright before.
      bits: per channel, such as 8 or 16.
      animated: whether there are further frames.
      chunks: (name, content) of PNG chunks that say how colours are meant.
      clear_colour_left_out: whether the file makes a colour of 16 bits transparent, of
        which Pillow compares one byte alone.
    """

    image: Image.Image
    format: str
    orientation: int = 1
    bits: int = 8
    animated: bool = False
    chunks: tuple[tuple[bytes, bytes], ...] = ()
    clear_colour_left_out: bool = False


def decode(file: BinaryIO, told: str, reading: ReadingOptions) -> Decoded:
    """Decodes a picture file completely.

    Args:
      file: open for reading, at any place.
      told: what to call the file in messages, such as "the image cat.png".
      reading: bounds; the size is looked at before pixels are decoded.

    Raises:
      PictureError: no picture, a damaged one, too large, or of an unknown kind.
    """
    try:
        file.seek(0)
        kinds = formats.pillow_formats(file.read(formats.HEAD))
    except PictureError as error:
        raise PictureError(f"{told} {error}") from None
    try:
        with _own_limit():
            return _decoded(file, told, kinds, reading)
    except PictureError:
        raise
    except UnidentifiedImageError:
        reason = "unknown or damaged"
    except MemoryError:
        reason = "it would take more memory than there is"
    except Exception as error:
        reason = f"{type(error).__name__}: {first_line(error)[:120]}"
    raise PictureError(
        f"{told} cannot be read ({reason}); it should be a whole {formats.TITLES} file."
    )


def orientation(image: Image.Image) -> int:
    """The EXIF orientation of a picture, 1 to 8; 1 where EXIF data are damaged."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # whatever Pillow stumbles over, the pixels are none the worse
        return 1
    return found if found in TURNS else 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """A picture turned as its EXIF orientation says."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def check_mode(image: Image.Image, told: str) -> None:
    """Raises PictureError for a picture whose values have no known range."""
    found = ""
    if image.mode == "F":
        found = "floating-point numbers"
    elif image.mode == "I" and image.format != "PNG":  # of which it stands for 16 bits
        found = "whole numbers of 32 bits"
    elif image.format == "TIFF":
        found = _odd_samples(getattr(image, "tag_v2", {}))
    if found:
        raise PictureError(
            f"{told} holds {found}, whose range is unknown; convert it to 8 or 16 bits "
            "per channel."
        )


def _odd_samples(tags):
    """What a TIFF holds other than unsigned numbers of 1, 8 or 16 bits, dark to bright."""

    def of(tag, usual):
        found = tags.get(tag, usual)
        return found if isinstance(found, tuple) else (found,)

    bits, kinds = of(_BITS_PER_SAMPLE, 1), of(_SAMPLE_FORMAT, 1)
    if 2 in kinds:
        return "signed numbers"
    if not set(bits) <= {1, 2, 4, 8, 16}:
        return f"numbers of {max(bits)} bits"
    if of(_PHOTOMETRIC, 1)[0] == 0 and max(bits) == 16:
        return "16 bits in which 0 is white"
    return ""


def _decoded(file, told, kinds, reading):
    file.seek(0)
    image = Image.open(file, formats=kinds)
    _check_size(image, told, reading)
    check_mode(image, told)
    kind, animated = image.format or "", _is_animated(image)
    if kind in ("JPEG", "MPO"):  # an MPO is a JPEG with others behind it
        _check_scans(file, told)
    turn = orientation(image) if kind == "TIFF" else _turn_of_heic(image)
    image.load()
    if kind not in _TURNED_BY_READER:
        turn = orientation(image)
        image = upright(image, turn)
    bits = bits_per_channel(image, kind, file)
    if kind != "PNG":
        return Decoded(image, kind, turn, bits, animated)
    left_out = bits == 16 and "transparency" in image.info
    if left_out:
        del image.info["transparency"]
    return Decoded(image, kind, turn, bits, animated, colour_chunks(file), left_out)


def _check_size(image, told, reading):
    # Tiles of a TIFF file can be larger than the picture.
    sizes = (image.size, getattr(image, "_tile_size", image.size))
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    if width * height > reading.max_pixels:
        raise PictureError(
            f"{told} has {width}x{height} pixels, more than {reading.max_pixels:,}; "
            f"shrink it, or give --max_pixels={width * height} if there is memory for it."
        )


def _check_scans(file, told):
    """Refuses files of some kilobytes that would take minutes."""
    file.seek(0)
    scans = _scans(file.read())
    if scans > MOST_SCANS:
        raise PictureError(
            f"{told} has {scans} scans, more than {MOST_SCANS}; save it anew."
        )


def _scans(data):
    """Number of scans of a JPEG, without what may follow it, such as a video."""
    place, found = 2, 0
    while marker := _MARKER.search(data, place):
        code, place = marker[1][0], marker.end()
        if code == _END_OF_IMAGE:
            break
        found += code == _START_OF_SCAN
        # In a scan decoders pass over markers that cannot be; they have no length.
        if code >= _LOWEST and code != _START_OF_IMAGE:
            place += int.from_bytes(data[place : place + 2], "big")
    return found


def _is_animated(image):
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # a damaged second frame; the first one is all that is wanted
        return False
    finally:
        with contextlib.suppress(Exception):
            image.seek(0)


def _turn_of_heic(image):
    """By which pillow-heif turned a picture; 1 for pictures of other formats."""
    found = image.info.get("original_orientation")
    return found if found in TURNS else 1


_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_START_OF_IMAGE, _LOWEST = 0xD8, 0xC0
# In a scan 0xff is followed by 0 or a restart; another byte begins the next segment.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")

_LIMIT_LOCK = threading.Lock()
_limit_users = 0
_pillows_limit = Image.MAX_IMAGE_PIXELS


@contextlib.contextmanager
def _own_limit() -> Iterator[None]:
    """Turns Pillow's limit of pixels off, as `_check_size` has the user's own.

    The limit is one for all threads: it comes back when the last one is done.
    """
    global _limit_users, _pillows_limit
    with _LIMIT_LOCK:
        if _limit_users == 0:
            _pillows_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _limit_users += 1
    try:
        yield
    finally:
        with _LIMIT_LOCK:
            _limit_users -= 1
            if _limit_users == 0:
                Image.MAX_IMAGE_PIXELS = _pillows_limit
