"""Depths of pictures: sixteen bits become eight, and unknown ranges are refused."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.fuzzing.good_pictures import deep_png, encoded, pixels, png_chunk
from tests.picture_files import RGB, write
from vqinpaint.errors import PictureError
from vqinpaint.pictures import arrays, files


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_become_eight_with_a_note(tmp_path, channels):
    path = write(tmp_path, "a.png", deep_png(channels))
    picture = files.load_picture(path)
    np.testing.assert_array_equal(
        picture.original.pixels[..., 0], pixels(channels=channels)[..., 0]
    )
    assert any("16 bits per channel become 8" in note for note in picture.notes)


def test_deep_avif_and_tiff_are_told(tmp_path):
    deep = Image.fromarray(np.arange(1280, dtype=np.uint16).reshape(32, 40) * 50)
    path = write(tmp_path, "a.tif", encoded(deep, "TIFF"))
    assert any("16 bits" in note for note in files.load_picture(path).notes)


def test_floating_point_numbers_are_refused(tmp_path):
    path = write(tmp_path, "a.tif", encoded(RGB.convert("F"), "TIFF"))
    with pytest.raises(PictureError, match="floating-point"):
        files.load_image(path)
    with pytest.raises(PictureError, match="floating-point"):
        files.load_mask(path, 32, 40)


def _tiff(folder, array, **tags):
    """A grey TIFF of little-endian numbers with the given tags, written by hand."""
    entries = {
        256: array.shape[1],
        257: array.shape[0],
        258: array.dtype.itemsize * 8,
        259: 1,
        262: 1,
        273: 8,
        278: array.shape[0],
        279: array.nbytes,
        **{int(name[1:]): value for name, value in tags.items()},
    }
    body = array.tobytes()
    directory = len(entries).to_bytes(2, "little")
    for tag, value in sorted(entries.items()):
        directory += struct.pack("<HHIHH", tag, 3, 1, value, 0)
    head = b"II*\0" + (8 + len(body)).to_bytes(4, "little")
    return write(folder, "a.tif", head + body + directory + bytes(4))


RAMP = np.linspace(0, 65535, 64 * 64).reshape(64, 64)


def test_sixteen_bits_of_a_tiff_are_read(tmp_path):
    path = _tiff(tmp_path, RAMP.astype("<u2"))
    assert abs(files.load_image(path).mean() - 127.5) < 1


@pytest.mark.parametrize(
    ("array", "tags", "words"),
    [
        (RAMP.astype("<i2"), {"t339": 2}, "signed numbers|32 bits"),
        (RAMP.astype("<u4"), {}, "32 bits"),
        (RAMP.astype("<i4"), {"t339": 2}, "32 bits"),
        (RAMP.astype("<f4"), {"t339": 3}, "floating-point"),
        (RAMP.astype("<u2"), {"t262": 0}, "0 is white"),
        ((RAMP / 257).astype("u1"), {"t339": 2}, "signed numbers"),
    ],
)
def test_numbers_of_an_unknown_range_are_refused(tmp_path, array, tags, words):
    path = _tiff(tmp_path, array, **tags)
    with pytest.raises(PictureError, match=words):
        files.load_image(path)


def test_twelve_bits_of_a_tiff_are_refused(tmp_path):
    path = _tiff(tmp_path, np.zeros([64, 96], "u1"), t258=12, t256=64)
    with pytest.raises(PictureError, match="12 bits|cannot be read"):
        files.load_image(path)


def test_a_program_is_refused_whole_numbers_of_an_unknown_range():
    with pytest.raises(PictureError, match="whole numbers of 32 bits"):
        arrays.image_array(Image.fromarray((RAMP / 257).astype(np.int32)))


def test_the_transparent_colour_of_sixteen_bits_is_left_out_with_a_note(tmp_path):
    data = bytearray(encoded(Image.fromarray(RAMP.astype(np.uint16)), "PNG"))
    chunk = b"tRNS" + (300).to_bytes(2, "big")
    chunk = (2).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    data[33:33] = chunk
    picture = files.load_picture(write(tmp_path, "a.png", bytes(data)))
    assert picture.original.pixels.shape[2] == 3
    assert any("transparent colour is ignored" in note for note in picture.notes)


@pytest.mark.parametrize("value", [0, 0x12FF])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_opened_picture_with_a_clear_colour_is_read_as_its_file_is(
    tmp_path, channels, value
):
    clear = png_chunk(b"tRNS", struct.pack(">H", value) * channels)
    data = bytearray(deep_png(channels))
    data[33:33] = clear
    path = write(tmp_path, "a.png", bytes(data))
    wanted = files.load_picture(path)
    found = arrays.image_picture(Image.open(path))
    np.testing.assert_array_equal(found.pixels, wanted.pixels)
    np.testing.assert_array_equal(found.original.pixels, wanted.original.pixels)
    (told,) = [note for note in wanted.notes if "transparent colour" in note]
    assert told in found.notes
