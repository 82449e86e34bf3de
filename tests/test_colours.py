"""Known pixels look as they did: profiles, transparency, gamma and dpi are carried."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from tests import profiles
from tests.fuzzing.good_pictures import encoded, exif, pixels, srgb
from vqinpaint.data import checking
from vqinpaint.data.items import Item
from vqinpaint.pictures import arrays, files
from vqinpaint.pictures.colours import Profile

P3 = profiles.rgb("Display P3")
RGB = Image.fromarray(pixels())
HOLE = np.zeros((32, 40), np.uint8)
HOLE[8:20, 10:30] = 255
# What a model would fill the hole with, in sRGB.
FILLING = np.broadcast_to(np.array([230, 60, 40], np.uint8), (32, 40, 3))


def _picture(tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    return files.load_picture(str(tmp_path / "a.png"))


def _result(picture):
    """The picture with its hole filled, as it is written and read again."""
    image = picture.original.filled(FILLING, HOLE)
    return Image.open(io.BytesIO(picture.original.png(image)))


def _shown(image):
    """What a colour-managed viewer shows: sRGB, int [H, W, 3]."""
    profile = image.info.get("icc_profile")
    image = image.convert("RGB") if image.mode == "P" else image
    if profile:
        space = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(
            image, space, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB"
        )
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_profile_is_kept_and_the_filling_converted_into_it(tmp_path, kind):
    data = encoded(RGB, kind, icc_profile=P3)
    source, picture = Image.open(io.BytesIO(data)), _picture(tmp_path, data)
    result = _result(picture)
    assert result.info["icc_profile"] == P3
    assert any("(Display P3) is kept" in note for note in picture.notes)
    known = HOLE == 0
    np.testing.assert_array_equal(np.asarray(result)[known], np.asarray(source)[known])
    shown = _shown(result)
    np.testing.assert_array_equal(shown[known], _shown(source)[known])
    # To one level and rounding, colours of sRGB come back from the wider space.
    assert np.abs(shown[~known] - FILLING[~known]).max() <= 2
    # The model sees what people see.
    np.testing.assert_array_equal(picture.pixels, _shown(source))
    assert np.abs(picture.pixels.astype(int) - np.asarray(source)).max() > 5


def test_a_profile_of_srgb_changes_no_pixel(tmp_path):
    data = encoded(RGB, "PNG", icc_profile=srgb())
    picture = _picture(tmp_path, data)
    np.testing.assert_array_equal(picture.pixels, pixels())
    result = np.asarray(_result(picture))
    assert (result[HOLE > 0] == FILLING[HOLE > 0]).all()
    assert Profile(srgb()).is_srgb and not Profile(P3).is_srgb
    near = profiles.rgb("other name", profiles.SRGB, 2.2)
    assert not Profile(near).is_srgb  # its gamma differs in dark colours


def test_grey_and_cmyk_of_a_profile_are_converted_with_a_note(tmp_path):
    linear = profiles.grey("linear grey", 1.0)
    grey = Image.fromarray(np.full((32, 40), 55, np.uint8))
    picture = _picture(tmp_path, encoded(grey, "PNG", icc_profile=linear))
    # 55 of 255 in linear light is 127 in sRGB, by its own curve.
    assert abs(int(picture.pixels[0, 0, 0]) - 128) <= 1
    assert any("converted to sRGB" in note for note in picture.notes)
    result = _result(picture)
    assert "icc_profile" not in result.info
    np.testing.assert_array_equal(
        np.asarray(result)[HOLE == 0], picture.pixels[HOLE == 0]
    )


@pytest.mark.parametrize("profile", [b"no profile", P3[:200], P3[:128] + b"\xff" * 300])
def test_a_damaged_profile_is_left_out_with_a_note(tmp_path, profile):
    picture = _picture(tmp_path, encoded(RGB, "TIFF", icc_profile=profile))
    np.testing.assert_array_equal(picture.pixels, pixels())
    assert any("unusable" in note for note in picture.notes)
    assert "icc_profile" not in _result(picture).info


def test_plain_pictures_are_written_as_ever(tmp_path):
    picture = _picture(tmp_path, encoded(RGB, "PNG"))
    filled = np.where(HOLE[..., None] > 0, FILLING, pixels())
    before = encoded(Image.fromarray(filled), "PNG")
    assert picture.original.png(picture.original.filled(FILLING, HOLE)) == before
    assert picture.notes == ()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "tRNS"])
def test_transparency_is_kept(tmp_path, mode):
    rgba = pixels(channels=4)
    rgba[..., 3] = np.where(np.arange(40) < 20, 0, 255)
    rgba[3, 3] = (10, 20, 30, 99)
    image = Image.fromarray(rgba)
    if mode == "LA":
        image = image.convert("LA")
    if mode == "P":
        palette = RGB.convert("P")
        data = encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    elif mode == "tRNS":
        data = encoded(RGB, "PNG", transparency=tuple(map(int, pixels()[0, 0])))
    else:
        data = encoded(image, "PNG")
    source = Image.open(io.BytesIO(data)).convert("RGBA")
    picture = _picture(tmp_path, data)
    result = _result(picture)
    assert result.mode == "RGBA"
    known = HOLE == 0
    np.testing.assert_array_equal(np.asarray(result)[known], np.asarray(source)[known])
    assert (np.asarray(result)[~known] == [230, 60, 40, 255]).all()
    clear = np.asarray(source)[..., 3] == 0
    assert clear.any() and (picture.pixels[clear] == 255).all()
    assert any("transparency" in note for note in picture.notes)
    changes = checking.check(Item("a", data), 8).changes
    assert checking.TRANSPARENT in changes


def test_an_opaque_alpha_channel_is_none(tmp_path):
    picture = _picture(tmp_path, encoded(RGB.convert("RGBA"), "PNG"))
    assert _result(picture).mode == "RGB" and picture.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_dpi_are_kept_and_turned_with_the_picture(tmp_path, kind):
    picture = _picture(tmp_path, encoded(RGB, kind, dpi=(300, 150)))
    assert np.allclose(_result(picture).info["dpi"], (300, 150), atol=0.1)
    assert any("300 dpi" in note for note in picture.notes)
    if kind == "PNG":
        turned = _picture(tmp_path, encoded(RGB, kind, dpi=(300, 150), exif=exif(6)))
        assert np.allclose(turned.original.dpi, (150, 300), atol=0.1)
        assert any("upright" in note for note in turned.notes)


def test_gamma_and_primaries_of_a_png_are_carried(tmp_path):
    more = PngImagePlugin.PngInfo()
    more.add(b"gAMA", (100_000).to_bytes(4, "big"))
    more.add(b"cHRM", b"".join(v.to_bytes(4, "big") for v in range(30_000, 30_008)))
    result = _result(_picture(tmp_path, encoded(RGB, "PNG", pnginfo=more)))
    assert result.info["gamma"] == 1.0 and result.info["chromaticity"][0] == 0.3
    np.testing.assert_array_equal(np.asarray(result)[HOLE == 0], pixels()[HOLE == 0])


@pytest.mark.parametrize("dpi", [(0, 0), (float("inf"), 1), (1e9, 1e9)])
def test_senseless_dpi_are_left_out(dpi):
    image = RGB.copy()
    image.info["dpi"] = dpi
    assert arrays.image_picture(image).original.dpi is None


def test_records_hold_what_people_see(tmp_path):
    data = encoded(RGB, "PNG", icc_profile=P3)
    stored, _, changes = checking.check(Item("a", data), 8)
    assert changes == (checking.PROFILE,)
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(stored.encoded))),
        _shown(Image.open(io.BytesIO(data))),
    )
    plain = encoded(RGB, "PNG", icc_profile=srgb())
    assert checking.check(Item("a", plain), 8).picture.encoded == plain
