"""Every format is read alike for pictures, masks and records."""

import io
import os
import sys

import numpy as np
import pillow_heif
import pytest
from PIL import Image, features

from tests.fuzzing.good_pictures import all_pictures, encoded, exif, pixels
from tests.picture_files import RGB, write
from vqinpaint.data import checking
from vqinpaint.data.items import Item
from vqinpaint.errors import PictureError
from vqinpaint.pictures import arrays, files, formats

LOSSLESS = [
    ("png", "PNG", {}),
    ("bmp", "BMP", {}),
    ("tif", "TIFF", {"compression": "tiff_lzw"}),
    ("tiff", "TIFF", {}),
    ("webp", "WEBP", {"lossless": True}),
    ("avif", "AVIF", {"quality": 100, "subsampling": "4:4:4"}),
]


@pytest.mark.parametrize(("suffix", "kind", "options"), LOSSLESS)
def test_a_format_is_read_for_pictures_masks_and_records(
    tmp_path, suffix, kind, options
):
    path = write(tmp_path, f"a.{suffix}", encoded(RGB, kind, **options))
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
    picture = files.load_picture(write(tmp_path, "a.gif", data))
    assert np.abs(picture.pixels.astype(int) - 90).max() <= 2
    assert "only the first of its frames is used" in picture.notes
    checked = checking.check(Item("a", data), min_size=8)
    assert checking.FRAMES in checked.changes


def test_one_frame_is_told_of_no_others(tmp_path):
    for number, data in enumerate(all_pictures()):
        path = write(tmp_path, f"{number}.png", data)
        frames = getattr(Image.open(path), "n_frames", 1)
        told = any("frames" in note for note in files.load_picture(path).notes)
        assert told == (frames > 1), number


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf" + bytes(100)
    with pytest.raises(PictureError, match=r"a.heic is a HEIC .*\[heic\]"):
        files.load_image(write(tmp_path, "a.heic", data))
    assert "[heic]" in checking.check(Item("a", data), 8).reason


def test_heic_is_read(tmp_path):
    pillow_heif.register_heif_opener()
    data = encoded(RGB, "HEIF", quality=100, exif=exif(6))
    picture = files.load_picture(write(tmp_path, "a.heic", data))
    assert picture.pixels.shape == (40, 32, 3) and picture.orientation == 6


def test_avif_without_pillows_decoder_says_what_to_do(monkeypatch):
    monkeypatch.setattr(features, "check", lambda name: False)
    with pytest.raises(PictureError, match="AVIF.*--upgrade"):
        formats.pillow_formats(b"\0\0\0\x1cftypavif" + bytes(20))


@pytest.mark.parametrize(
    "damage", [b"\xff" * 40, b"MM\0*\0\0\0\x08\xff\xff" + b"\1" * 30]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_does_not_keep_a_picture_out(tmp_path, kind, damage):
    data = encoded(RGB, kind, exif=b"Exif\0\0" + damage)
    picture = files.load_picture(write(tmp_path, "a.jpg", data))
    assert picture.pixels.shape == (32, 40, 3) and picture.orientation == 1
    assert checking.check(Item("a", data), 8).picture is not None


def test_names_need_not_be_utf8(tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    path = write(tmp_path, name, encoded(RGB, "PNG"))
    assert files.list_pictures(str(tmp_path)) == [path]
    files.load_image(path)
    with pytest.raises(PictureError):
        files.load_image(path + "x")


def test_an_array_that_is_filled_again_changes_no_picture():
    array = np.zeros((8, 8, 3), np.uint8)
    picture = arrays.image_picture(array)
    array[:] = 200
    assert not picture.pixels.any() and not picture.original.pixels.any()
