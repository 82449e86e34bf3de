"""Good pictures in every format and mode, as bytes."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, features

from tests import profiles

_WIDTH, _HEIGHT = 40, 32


def pixels(seed: int = 0, channels: int = 3) -> np.ndarray:
    """A smooth picture with an edge, uint8 [32, 40, channels]."""
    y, x = np.mgrid[:_HEIGHT, :_WIDTH]
    planes = [
        (x * (c + 2) + y * (seed + 3) + 90 * (x > y)) % 256 for c in range(channels)
    ]
    return np.stack(planes, axis=-1).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """A Pillow image as the bytes of a file of that kind."""
    file = io.BytesIO()
    # Copies: Pillow keeps settings of one format with a picture and trips over them.
    frames = [frame.copy() for frame in options.pop("append_images", ())]
    image.copy().save(file, kind, append_images=frames, **options)
    return file.getvalue()


def exif(orientation: int) -> bytes:
    """EXIF data with an orientation, a resolution and some text."""
    tags = Image.Exif()
    tags[0x0112], tags[0x010F], tags[0x011A], tags[0x011B] = (
        orientation,
        "Maker",
        300,
        300,
    )
    tags.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    return tags.tobytes()


def srgb() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def deep_png(channels: int = 3) -> bytes:
    """A PNG of 16 bits per channel, grey or RGB, which Pillow cannot write."""
    rows = (pixels(channels=channels).astype(">u2") * 257).reshape(_HEIGHT, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 16, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file with its length and checksum."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def all_pictures() -> list[bytes]:
    """One of every format and mode that this Pillow can write."""
    rgb = Image.fromarray(pixels())
    alpha = Image.fromarray(pixels(channels=4))
    other = Image.fromarray(pixels(seed=5))
    frames = {"save_all": True, "append_images": [other, rgb]}
    told = {"exif": exif(6), "icc_profile": srgb(), "dpi": (300, 300)}
    found = [
        encoded(rgb, "PNG", **told),
        encoded(alpha, "PNG"),
        encoded(rgb.convert("P"), "PNG", transparency=3, bits=8),
        encoded(rgb.convert("1"), "PNG"),
        encoded(rgb.convert("LA"), "PNG"),
        encoded(rgb, "PNG", **frames),
        *(deep_png(channels) for channels in (1, 2, 3, 4)),
        encoded(rgb, "JPEG", **told),
        encoded(rgb, "JPEG", progressive=True, exif=exif(3)),
        encoded(rgb.convert("CMYK"), "JPEG"),
        encoded(rgb.convert("L"), "JPEG"),
        encoded(rgb, "MPO", save_all=True, append_images=[other]),
        encoded(rgb, "WEBP", **told),
        encoded(alpha, "WEBP", lossless=True),
        encoded(rgb, "WEBP", **frames),
        encoded(rgb, "BMP"),
        encoded(rgb.convert("P"), "BMP"),
        encoded(rgb.convert("P"), "GIF", transparency=1),
        encoded(rgb, "GIF", **frames),
        encoded(rgb, "TIFF", **told),
        encoded(alpha, "TIFF", compression="tiff_lzw"),
        encoded(rgb, "TIFF", compression="tiff_deflate", **frames),
        encoded(rgb, "TIFF", compression="jpeg"),
        encoded(rgb, "TIFF", icc_profile=profiles.rgb("wide")),
        encoded(alpha, "WEBP", icc_profile=profiles.rgb("wide")),
        encoded(rgb.convert("L"), "JPEG", icc_profile=profiles.grey("linear")),
        encoded(rgb.convert("1"), "TIFF", compression="group4"),
        encoded(Image.fromarray(pixels(channels=1)[..., 0].astype(np.uint16)), "TIFF"),
    ]
    if features.check("avif"):
        found += [encoded(rgb, "AVIF", exif=exif(6)), encoded(alpha, "AVIF")]
    return found + _heic(rgb)


def _heic(image):
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return []
    register_heif_opener()
    return [encoded(image, "HEIF", exif=exif(6))]
