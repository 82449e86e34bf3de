"""Every format is read alike for pictures, masks and records, within bounds."""

import io
import os
import socket
import struct
import sys
import threading
import time
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, features

from tests.fuzzing.good_pictures import (
    all_pictures,
    deep_png,
    encoded,
    exif,
    pixels,
    png_chunk,
)
from vqinpaint.data import checking
from vqinpaint.data.items import Item
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import arrays, files, formats

RGB = Image.fromarray(pixels())
LOSSLESS = [
    ("png", "PNG", {}),
    ("bmp", "BMP", {}),
    ("tif", "TIFF", {"compression": "tiff_lzw"}),
    ("tiff", "TIFF", {}),
    ("webp", "WEBP", {"lossless": True}),
    ("avif", "AVIF", {"quality": 100, "subsampling": "4:4:4"}),
]


def _write(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(("suffix", "kind", "options"), LOSSLESS)
def test_a_format_is_read_for_pictures_masks_and_records(
    tmp_path, suffix, kind, options
):
    path = _write(tmp_path, f"a.{suffix}", encoded(RGB, kind, **options))
    assert files.list_pictures(str(tmp_path)) == [path]
    # AVIF codes colours as luma and chroma: seen 2 levels.
    bound = 3 if kind == "AVIF" else 0
    found = files.load_image(path).astype(int)
    assert np.abs(found - pixels()).max() <= bound
    mask, _ = files.load_mask(path, 32, 40)
    assert mask.any() and not mask.all()
    stored, reason, _ = checking.check(Item(path), min_size=8)
    assert reason is None and stored.format in ("png", "jpeg")
    kept = np.asarray(Image.open(io.BytesIO(stored.encoded))).astype(int)
    np.testing.assert_array_equal(kept, found)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF"])
def test_the_first_frame_is_read_and_further_ones_are_told(tmp_path, kind):
    grey = Image.new("RGB", (40, 32), (90, 90, 90))
    second = Image.new("RGB", (40, 32), (200, 200, 200))
    data = encoded(grey, kind, save_all=True, append_images=[second])
    picture = files.load_picture(_write(tmp_path, "a.gif", data))
    assert np.abs(picture.pixels.astype(int) - 90).max() <= 2
    assert "only the first of its frames is used" in picture.notes
    checked = checking.check(Item("a", data), min_size=8)
    assert checking.FRAMES in checked.changes


def test_one_frame_is_told_of_no_others(tmp_path):
    for number, data in enumerate(all_pictures()):
        path = _write(tmp_path, f"{number}.png", data)
        frames = getattr(Image.open(path), "n_frames", 1)
        told = any("frames" in note for note in files.load_picture(path).notes)
        assert told == (frames > 1), number


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf" + bytes(100)
    with pytest.raises(PictureError, match=r"a.heic is a HEIC .*\[heic\]"):
        files.load_image(_write(tmp_path, "a.heic", data))
    assert "[heic]" in checking.check(Item("a", data), 8).reason


def test_heic_is_read(tmp_path):
    pillow_heif.register_heif_opener()
    data = encoded(RGB, "HEIF", quality=100, exif=exif(6))
    picture = files.load_picture(_write(tmp_path, "a.heic", data))
    assert picture.pixels.shape == (40, 32, 3) and picture.orientation == 6


def test_avif_without_pillows_decoder_says_what_to_do(monkeypatch):
    monkeypatch.setattr(features, "check", lambda name: False)
    with pytest.raises(PictureError, match="AVIF.*--upgrade"):
        formats.pillow_formats(b"\0\0\0\x1cftypavif" + bytes(20))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_become_eight_with_a_note(tmp_path, channels):
    path = _write(tmp_path, "a.png", deep_png(channels))
    picture = files.load_picture(path)
    np.testing.assert_array_equal(
        picture.original.pixels[..., 0], pixels(channels=channels)[..., 0]
    )
    assert any("16 bits per channel become 8" in note for note in picture.notes)


def test_deep_avif_and_tiff_are_told(tmp_path):
    deep = Image.fromarray(np.arange(1280, dtype=np.uint16).reshape(32, 40) * 50)
    path = _write(tmp_path, "a.tif", encoded(deep, "TIFF"))
    assert any("16 bits" in note for note in files.load_picture(path).notes)


def test_floating_point_numbers_are_refused(tmp_path):
    path = _write(tmp_path, "a.tif", encoded(RGB.convert("F"), "TIFF"))
    with pytest.raises(PictureError, match="floating-point"):
        files.load_image(path)
    with pytest.raises(PictureError, match="floating-point"):
        files.load_mask(path, 32, 40)


def _giant(kind, side):
    """A file whose header tells of a picture of that side, of which nothing follows."""
    data = bytearray(encoded(RGB, kind))
    if kind == "PNG":
        data[16:24] = side.to_bytes(4, "big") * 2
    elif kind == "BMP":
        data[18:26] = side.to_bytes(4, "little") * 2
    else:
        data[6:10] = (side % 65536).to_bytes(2, "little") * 2
    return bytes(data)


@pytest.mark.parametrize("kind", ["BMP", "GIF"])
def test_size_is_looked_at_before_pixels(tmp_path, kind):
    path = _write(tmp_path, "a.png", _giant(kind, 30_000))
    with pytest.raises(PictureError, match="30000x30000.*--max_pixels=900000000"):
        files.load_image(path)
    with pytest.raises(PictureError, match="30000x30000"):
        files.load_mask(path, 10, 10)
    assert "30000x30000" in checking.check(Item(path), 8).reason


def test_max_pixels_is_the_users_own_and_pillows_limit_stays(tmp_path, monkeypatch):
    path = _write(tmp_path, "a.png", encoded(RGB, "PNG"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert files.load_image(path).shape == (32, 40, 3)
    assert Image.MAX_IMAGE_PIXELS == 100
    with pytest.raises(PictureError, match="40x32 pixels, more than 1,279"):
        files.load_image(path, ReadingOptions(max_pixels=1279))
    files.load_image(path, ReadingOptions(max_pixels=1280))


def test_97_megapixels_are_within_the_default(tmp_path):
    # Grey of one value, so that the test is quick.
    Image.new("L", (11392, 8544), 77).save(tmp_path / "a.jpg")
    picture, reason, _ = checking.check(Item(str(tmp_path / "a.jpg")), 8)
    assert reason is None and (picture.height, picture.width) == (8544, 11392)


def _special_files(folder):
    """Paths of files that are no regular ones; none of them may be opened."""
    os.mkfifo(folder / "pipe.png")
    os.symlink(folder / "pipe.png", folder / "link.png")
    os.symlink("/dev/zero", folder / "zero.png")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.relpath(folder / "socket.png"))
    listening.close()
    return [f"{name}.png" for name in ("pipe", "link", "zero", "socket")]


def test_pipes_devices_and_sockets_are_refused_at_once(tmp_path):
    def refuse():
        for name in names:
            path = str(tmp_path / name)
            for read in (files.load_image, files.list_pictures):
                with pytest.raises(PictureError, match=f"{name} is a .*regular file"):
                    read(path)
            with pytest.raises(PictureError, match="regular file"):
                files.load_mask(path, 8, 8)
            assert "regular file" in checking.check(Item(path), 8).reason
        done.append(True)

    names, done = _special_files(tmp_path), []
    thread = threading.Thread(target=refuse, daemon=True)
    start = time.monotonic()
    thread.start()
    thread.join(30)
    assert done and time.monotonic() - start < 30


def test_larger_files_than_any_picture_are_not_read(tmp_path):
    path = tmp_path / "a.png"
    with open(path, "wb") as file:
        file.truncate(6_000_000_000)  # takes no room on disk
    for read in (files.load_image, lambda path: files.load_mask(path, 8, 8)):
        with pytest.raises(PictureError, match="has 6,000 MB; at most 1,027 MB"):
            read(str(path))
    assert "6,000 MB" in checking.check(Item(str(path)), 8).reason


@pytest.mark.parametrize(
    "damage", [b"\xff" * 40, b"MM\0*\0\0\0\x08\xff\xff" + b"\1" * 30]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_does_not_keep_a_picture_out(tmp_path, kind, damage):
    data = encoded(RGB, kind, exif=b"Exif\0\0" + damage)
    picture = files.load_picture(_write(tmp_path, "a.jpg", data))
    assert picture.pixels.shape == (32, 40, 3) and picture.orientation == 1
    assert checking.check(Item("a", data), 8).picture is not None


def test_names_need_not_be_utf8(tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    path = _write(tmp_path, name, encoded(RGB, "PNG"))
    assert files.list_pictures(str(tmp_path)) == [path]
    files.load_image(path)
    with pytest.raises(PictureError):
        files.load_image(path + "x")


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
    return _write(folder, "a.tif", head + body + directory + bytes(4))


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
    picture = files.load_picture(_write(tmp_path, "a.png", bytes(data)))
    assert picture.original.pixels.shape[2] == 3
    assert any("transparent colour is ignored" in note for note in picture.notes)


def test_a_jpeg_of_thousands_of_scans_is_refused(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    many = data[:last] + data[last:-2] * 200 + data[-2:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(_write(tmp_path, "a.jpg", many))
    assert files.load_image(_write(tmp_path, "b.jpg", data)).shape
    # A second picture behind the first makes Pillow call it an MPO.
    both = io.BytesIO()
    RGB.save(both, "MPO", save_all=True, append_images=[RGB], progressive=True)
    last = both.getvalue().index(b"\xff\xd9")
    first = both.getvalue()[:last]
    scan = first[first.rindex(b"\xff\xda") :]
    many = first + scan * 200 + both.getvalue()[last:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(_write(tmp_path, "c.jpg", many))


def test_markers_that_cannot_be_hide_no_scans(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True, restart_marker_blocks=1)
    last, restart = data.rindex(b"\xff\xda"), data.index(b"\xff\xd0")
    many = data[:last] + data[last:-2] * 200 + data[-2:]
    many = many[:restart] + b"\xff\x02\xff\xff" + many[restart:]
    with pytest.raises(PictureError, match=r"has \d+ scans, more than 100"):
        files.load_image(_write(tmp_path, "a.jpg", many))


def test_what_follows_a_jpeg_is_not_counted_as_its_scans(tmp_path):
    data = encoded(RGB, "JPEG", progressive=True)
    video = b"\xff\xda\x00\x02" * 200  # as phones append one
    found = files.load_image(_write(tmp_path, "a.jpg", data + video))
    np.testing.assert_array_equal(
        found, files.load_image(_write(tmp_path, "b.jpg", data))
    )


@pytest.mark.parametrize("value", [0, 0x12FF])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_opened_picture_with_a_clear_colour_is_read_as_its_file_is(
    tmp_path, channels, value
):
    clear = png_chunk(b"tRNS", struct.pack(">H", value) * channels)
    data = bytearray(deep_png(channels))
    data[33:33] = clear
    path = _write(tmp_path, "a.png", bytes(data))
    wanted = files.load_picture(path)
    found = arrays.image_picture(Image.open(path))
    np.testing.assert_array_equal(found.pixels, wanted.pixels)
    np.testing.assert_array_equal(found.original.pixels, wanted.original.pixels)
    (told,) = [note for note in wanted.notes if "transparent colour" in note]
    assert told in found.notes


def test_an_array_that_is_filled_again_changes_no_picture():
    array = np.zeros((8, 8, 3), np.uint8)
    picture = arrays.image_picture(array)
    array[:] = 200
    assert not picture.pixels.any() and not picture.original.pixels.any()
