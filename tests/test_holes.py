"""What a mask marks: colour, alpha, and photographs that lie on their side."""

import numpy as np
import pytest
from PIL import Image

from tests.fuzzing.good_pictures import exif, pixels
from vqinpaint.errors import PictureError
from vqinpaint.pictures import arrays, files
from vqinpaint.pictures.decoding import TURNS

# On the raster of a photograph of 40x32 pixels: rows 4 to 9, columns 20 to 35.
RAW = np.zeros((32, 40), np.uint8)
RAW[4:10, 20:36] = 255


def _save(folder, name, array, mode=None, **options):
    image = Image.fromarray(np.asarray(array))
    path = str(folder / name)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def _load(picture_path, mask_path):
    picture = files.load_picture(picture_path)
    size = picture.pixels.shape[:2]
    return files.load_mask(mask_path, *size, orientation=picture.orientation)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
def test_a_mask_of_the_raw_raster_is_turned_with_its_picture(
    tmp_path, orientation, kind
):
    picture = _save(tmp_path, f"a.{kind}", pixels(), exif=exif(orientation))
    found, note = _load(picture, _save(tmp_path, "mask.png", RAW))
    wanted = Image.fromarray(RAW).transpose(TURNS[orientation])
    np.testing.assert_array_equal(found, np.asarray(wanted))
    assert "turned with its picture" in note


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_of_the_upright_picture_stays(tmp_path, orientation):
    picture = _save(tmp_path, "a.jpg", pixels(), exif=exif(orientation))
    found, note = _load(picture, _save(tmp_path, "mask.png", RAW.T))
    np.testing.assert_array_equal(found, RAW.T)
    assert "as it is shown" in note


def test_a_mask_with_the_photographs_exif_is_turned_once(tmp_path):
    picture = _save(tmp_path, "a.jpg", pixels(), exif=exif(6))
    found, note = _load(picture, _save(tmp_path, "mask.png", RAW, exif=exif(6)))
    wanted = Image.fromarray(RAW).transpose(TURNS[6])
    np.testing.assert_array_equal(found, np.asarray(wanted))
    assert note == ""


def test_a_smaller_mask_of_the_raw_raster_is_turned_too(tmp_path):
    picture = _save(tmp_path, "a.jpg", pixels(), exif=exif(6))
    found, _ = _load(picture, _save(tmp_path, "mask.png", RAW[::2, ::2]))
    wanted = np.asarray(Image.fromarray(RAW).transpose(TURNS[6]))
    np.testing.assert_array_equal(found, wanted)


def test_a_turned_picture_of_equal_sides_is_told(tmp_path):
    square = pixels()[:, :32]
    picture = _save(tmp_path, "a.jpg", square, exif=exif(3))
    found, note = _load(picture, _save(tmp_path, "mask.png", RAW[:, 8:]))
    np.testing.assert_array_equal(found, RAW[:, 8:])
    assert "as it is shown" in note


@pytest.mark.parametrize("shape", [(40, 32), (80, 64), (20, 16), (121, 97)])
def test_swapped_sides_are_refused(tmp_path, shape):
    mask = np.zeros(shape, np.uint8)
    mask[:4] = 255
    path = _save(tmp_path, "mask.png", mask)
    with pytest.raises(PictureError, match="sides are swapped; turn the mask"):
        files.load_mask(path, 32, 40)


@pytest.mark.parametrize("shape", [(64, 80), (33, 40), (2, 2), (100, 300), (16, 20)])
def test_masks_of_other_sizes_are_resized(tmp_path, shape):
    mask = np.zeros(shape, np.uint8)
    mask[:1] = 255
    found, note = files.load_mask(_save(tmp_path, "mask.png", mask), 32, 40)
    assert found.shape == (32, 40) and "nearest neighbour" in note


def _painted(colour, background):
    rgba = np.empty((32, 40, 4), np.uint8)
    rgba[:] = background
    rgba[RAW > 0] = colour
    return rgba


@pytest.mark.parametrize(
    ("colour", "background"),
    [
        ((0, 0, 0, 255), (0, 0, 0, 0)),
        ((255, 255, 255, 255), (255, 255, 255, 0)),
        ((255, 0, 0, 200), (0, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", ["png", "tif"])
def test_a_mask_painted_in_the_alpha_channel(tmp_path, colour, background, mode, kind):
    path = _save(tmp_path, f"mask.{kind}", _painted(colour, background), mode)
    found, note = files.load_mask(path, 32, 40)
    np.testing.assert_array_equal(found, RAW)
    assert "alpha channel" in note and "--invert_mask" in note
    inverted, _ = files.load_mask(path, 32, 40, invert=True)
    np.testing.assert_array_equal(inverted, 255 - RAW)


@pytest.mark.parametrize("alpha", [0, 255])
def test_colour_comes_before_alpha(tmp_path, alpha):
    rgba = _painted((255, 255, 255, alpha), (0, 0, 0, 255 - alpha))
    found, note = files.load_mask(_save(tmp_path, "mask.png", rgba), 32, 40)
    np.testing.assert_array_equal(found, RAW)
    assert note == ""


def test_an_alpha_channel_that_says_something_else_is_told(tmp_path):
    rgba = _painted((255, 255, 255, 255), (0, 0, 0, 255))
    rgba = np.array(rgba)
    rgba[:4, :, 3] = 0
    mask = Image.fromarray(rgba)
    found, note = files.load_mask(_save(tmp_path, "mask.png", mask), 32, 40)
    np.testing.assert_array_equal(found, RAW)
    assert "is transparent in places" in note


def test_masks_of_programs_follow_the_same_rules():
    photograph = Image.fromarray(pixels())
    photograph.getexif()[0x0112] = 6
    picture = arrays.image_picture(photograph)
    assert picture.pixels.shape == (40, 32, 3)
    hole = arrays.mask_hole(Image.fromarray(RAW), picture)
    wanted = np.asarray(Image.fromarray(RAW).transpose(TURNS[6]))
    np.testing.assert_array_equal(hole.missing, wanted)
    with pytest.raises(PictureError, match="the mask is 40x32.*sides are swapped"):
        upright = arrays.image_picture(np.ascontiguousarray(pixels().swapaxes(0, 1)))
        arrays.mask_hole(Image.fromarray(RAW), upright)
