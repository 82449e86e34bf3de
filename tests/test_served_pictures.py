"""Bytes to pictures inside a graph, where nothing that a client sends may stop it."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.load_requests import damaged, encode
from vqinpaint.ops import decoding
from vqinpaint.pictures.picture import alpha_of, over_white

GENERATOR = np.random.default_rng(0)
COLOURS = Image.fromarray(GENERATOR.integers(0, 256, (9, 7, 3), np.uint8))
PNG = encode(COLOURS, "PNG")
KINDS = [
    *(("PNG", mode) for mode in ("1", "L", "P", "RGB")),
    *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    *(("BMP", mode) for mode in ("L", "RGB", "RGBA")),
    *(("GIF", mode) for mode in ("1", "L", "P")),
]


@pytest.fixture(scope="module")
def decode():
    """As within an export; (image, mask, faults) of two files."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.string)] * 2, autograph=False)
    def call(image, mask):
        return decoding.decode(image=image, mask=mask)

    def decode(image, mask):
        pictures, faults = call(image, mask)
        return *(p.numpy() for p in pictures.values()), faults.numpy().decode()

    return decode


@pytest.mark.portable
@pytest.mark.parametrize("form, mode", KINDS)
def test_pictures_and_masks_of_every_kind_are_those_of_pillow(decode, form, mode):
    data = encode(COLOURS.convert(mode), form)
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    image, mask, faults = decode(data, data)
    assert faults == ""
    np.testing.assert_array_equal(image, wanted)
    np.testing.assert_array_equal(mask, wanted)


@pytest.mark.portable
@pytest.mark.parametrize("kind", damaged())
def test_damaged_bytes_are_told_and_spoil_nothing_else(decode, kind):
    image, mask, faults = decode(damaged()[kind], PNG)
    assert image.shape == (0, 0, 3) and faults.startswith("image ")
    assert len(faults.splitlines()) == 1 and "mask" not in faults
    np.testing.assert_array_equal(mask, COLOURS)
    image, mask, faults = decode(PNG, damaged()[kind])
    assert mask.shape == (0, 0, 3) and faults.startswith("mask ")
    np.testing.assert_array_equal(image, COLOURS)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_file_cut_anywhere_or_with_any_byte_changed_never_stops_the_graph(
    decode, form
):
    data = encode(COLOURS, form)
    changes = np.random.default_rng(2).integers(0, len(data), 60)
    for place in changes:
        image, mask, _ = decode(data[:place], PNG)
        assert image.ndim == 3 and mask.shape == (9, 7, 3)
        changed = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        image, mask, _ = decode(changed, PNG)
        assert image.ndim == 3 and mask.shape == (9, 7, 3)


def _claiming(form, width, height):
    """A small file whose header claims a size."""
    data = bytearray(encode(COLOURS, form))
    if form == "PNG":
        data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    if form == "BMP":
        data[18:26] = width.to_bytes(4, "little") + height.to_bytes(4, "little")
    if form == "GIF":
        sides = width.to_bytes(2, "little") + height.to_bytes(2, "little")
        picture = 13 + 3 * (2 << (data[10] & 7))
        picture = data.index(b",", picture)
        data[6:10] = data[picture + 5 : picture + 9] = sides
    if form == "JPEG":
        frame = data.index(b"\xff\xc0")
        sides = height.to_bytes(2, "big") + width.to_bytes(2, "big")
        data[frame + 5 : frame + 9] = sides
    return bytes(data)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_a_picture_too_large_is_refused_before_it_is_decoded(decode, form):
    *_, faults = decode(_claiming(form, 5000, 4000), PNG)
    assert "image has 5000 x 4000 pixels; send at most 16777216" in faults


def test_a_long_narrow_picture_is_refused(decode):
    data = encode(Image.new("L", (decoding.LONGEST_SIDE + 1, 1)), "PNG")
    *_, faults = decode(data, PNG)
    assert "16384 on a side" in faults


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_pictures_are_shown_over_white_as_by_inpaint(decode, mode):
    alpha = GENERATOR.integers(0, 256, (9, 7), np.uint8)
    picture = COLOURS.convert("RGBA")
    picture.putalpha(Image.fromarray(alpha))
    options = {}
    if mode == "P":
        picture, options = COLOURS.convert("P"), {"transparency": bytes(range(256))}
    file = io.BytesIO()
    (picture if mode == "P" else picture.convert(mode)).save(file, "PNG", **options)
    opened = Image.open(io.BytesIO(file.getvalue()))
    wanted = over_white(opened.convert("RGB"), alpha_of(opened))
    image, _, faults = decode(file.getvalue(), PNG)
    assert faults == ""
    np.testing.assert_array_equal(image, wanted)


def _scans(number):
    file = io.BytesIO()
    COLOURS.save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * number + data[-2:]


def test_a_jpeg_of_many_scans_is_refused(decode):
    *_, faults = decode(_scans(20), PNG)
    assert faults == ""
    many = _scans(decoding.MOST_SCANS)
    first = many.index(b"\xff\xda")
    # Markers that cannot be hide no scans.
    for data in (many, many[:first] + b"\xff\x02\xff\xff" + many[first:]):
        *_, faults = decode(data, PNG)
        assert "damaged or of a kind that cannot be decoded" in faults


def test_a_jpeg_of_endless_markers_is_refused_in_time(decode):
    data = _scans(1)
    first = data.index(b"\xff\xda")
    *_, faults = decode(data[:first] + b"\xff\x02" * 2_000_000 + data[first:], PNG)
    assert "damaged or of a kind that cannot be decoded" in faults


def test_what_follows_a_jpeg_is_not_counted_as_its_scans(decode):
    data = _scans(1)
    video = b"\xff\xda\x00\x02" * 200  # as phones append one
    wanted, _, faults = decode(data, PNG)
    found, _, more_faults = decode(data + video, PNG)
    assert faults == more_faults == ""
    np.testing.assert_array_equal(found, wanted)


def test_a_compressed_bmp_is_refused(decode):
    data = bytearray(encode(COLOURS.convert("L"), "BMP"))
    data[30] = 1  # run lengths
    *_, faults = decode(bytes(data), PNG)
    assert "cannot be decoded" in faults


def test_the_largest_picture_is_decoded(decode):
    side = int(decoding.MOST_PIXELS**0.5)
    data = encode(Image.new("1", (side, side), 1), "PNG")
    image, _, faults = decode(data, PNG)
    assert image.shape == (side, side, 3) and image.min() == 255 and faults == ""


def _gif_of(number):
    """A GIF of so many large pictures in few bytes."""
    one = encode(Image.new("L", (1000, 1000), 255), "GIF")
    header = 13 + 3 * (2 << (one[10] & 7))
    return one[:header] + one[header:-1] * number + one[-1:]


def test_of_a_gif_the_first_picture_alone_is_unpacked(decode):
    cut, size = decoding.gif.first_picture(tf.constant(_gif_of(50)))
    assert cut.numpy() == _gif_of(1) and size.numpy().tolist() == [1000, 1000]
    image, _, faults = decode(_gif_of(50), PNG)
    assert image.shape == (1000, 1000, 3) and faults == ""


def test_a_gif_whose_picture_does_not_fill_its_screen_is_refused(decode):
    data = bytearray(encode(COLOURS.convert("L"), "GIF"))
    data[6:10] = (20).to_bytes(2, "little") * 2
    *_, faults = decode(bytes(data), PNG)
    assert "cannot be decoded" in faults


def test_a_gif_of_endless_comments_is_refused_soon(decode):
    data = encode(COLOURS.convert("L"), "GIF")
    header = 13 + 3 * (2 << (data[10] & 7))
    comment = b"!\xfe" + b"\x01x" * (1 << 16) + b"\x00"
    *_, faults = decode(data[:header] + comment + data[header:], PNG)
    assert "cannot be decoded" in faults


def test_a_gif_with_comments_and_a_table_of_its_own(decode):
    frames = [COLOURS.convert("P"), COLOURS.rotate(180).convert("P")]
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], comment=b"x" * 300
    )
    image, _, faults = decode(file.getvalue(), PNG)
    assert faults == ""
    wanted = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    np.testing.assert_array_equal(image, wanted)


def test_brightness_is_that_of_pillow():
    every = GENERATOR.integers(0, 256, (200, 300, 3), np.uint8)
    wanted = np.asarray(Image.fromarray(every).convert("L"))
    np.testing.assert_array_equal(decoding.to_grey(every)[..., 0], wanted)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    np.testing.assert_array_equal(decoding.to_grey(greys)[0, :, 0], np.arange(256))
