"""Picture files in every mode, and what reaches the model from them."""

import io

import numpy as np
import pytest
from PIL import Image

from vqinpaint.data import checking
from vqinpaint.data.sources import Item
from vqinpaint.errors import PictureError
from vqinpaint.pictures import depth, files, resizing, sheets


def _noise(height, width, channels=3, seed=0):
    shape = (height, width, channels) if channels else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK"])
def test_any_mode_becomes_rgb(tmp_path, mode):
    picture = Image.fromarray(_noise(8, 6)).convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    picture.save(path)
    assert files.load_image(str(path)).shape == (8, 6, 3)


def test_sixteen_bit_grey_keeps_its_brightness(tmp_path):
    array = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    Image.fromarray(array).save(tmp_path / "a.png")
    loaded = files.load_image(str(tmp_path / "a.png"))[..., 0]
    assert np.abs(loaded - array / 257).max() <= 1


EVERY_VALUE = np.arange(65536, dtype=np.uint16).reshape(256, 256)
# v * 255 / 65535 is v / 257, and 257 is odd: no value lies halfway between two.
IN_EIGHT_BITS = np.round(EVERY_VALUE * (255 / 65535)).astype(np.uint8)


@pytest.mark.parametrize("kind", [np.uint16, np.dtype(">u2"), np.int32])
def test_every_sixteen_bit_value_becomes_the_nearest_of_eight_bits(kind):
    picture = Image.fromarray(EVERY_VALUE.astype(kind))
    assert picture.mode in ("I;16", "I;16B", "I")
    found = depth.to_eight_bits(picture)
    assert found.mode == "L"
    values = np.asarray(found)
    np.testing.assert_array_equal(values, IN_EIGHT_BITS)
    assert values[0, 0] == 0 and values[-1, -1] == 255


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK"])
def test_pictures_of_eight_bits_stay_as_they_are(mode):
    picture = Image.fromarray(_noise(8, 6)).convert(mode)
    assert depth.to_eight_bits(picture) is picture


def test_sixteen_bit_grey_is_rounded_alike_wherever_it_is_read(tmp_path):
    path = str(tmp_path / "a.png")
    Image.fromarray(EVERY_VALUE).save(path)
    wanted = np.repeat(IN_EIGHT_BITS[..., None], 3, axis=-1)
    np.testing.assert_array_equal(files.load_image(path), wanted)
    mask, _ = files.load_mask(path, 256, 256)
    np.testing.assert_array_equal(mask, 255 * (IN_EIGHT_BITS > 127))
    stored, reason, _ = checking.check(Item(path), min_size=32)
    assert reason is None
    image = Image.open(io.BytesIO(stored.encoded))
    np.testing.assert_array_equal(np.asarray(image), wanted)


def test_exif_orientation_is_applied(tmp_path):
    picture = Image.fromarray(_noise(8, 6))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert files.load_image(str(tmp_path / "a.jpg")).shape == (6, 8, 3)


def test_masks_are_white_where_missing_and_resized_by_nearest(tmp_path):
    array = np.array([[0, 127], [128, 255]], np.uint8)
    path = str(tmp_path / "m.png")
    Image.fromarray(array).save(path)
    mask, note = files.load_mask(path, 2, 2)
    assert mask.tolist() == [[0, 0], [255, 255]] and note == ""
    mask, note = files.load_mask(path, 4, 4)
    assert mask[2:].all() and not mask[:2].any() and "2x2" in note and "4x4" in note
    inverted, _ = files.load_mask(path, 2, 2, invert=True)
    assert inverted.tolist() == [[255, 255], [0, 0]]


@pytest.mark.parametrize("content", [b"", b"text", None])
def test_unreadable_files_are_named(tmp_path, content):
    path = tmp_path / "a.png"
    if content is None:
        Image.fromarray(_noise(64, 64)).save(path)
        path.write_bytes(path.read_bytes()[:200])
    else:
        path.write_bytes(content)
    with pytest.raises(PictureError, match="a.png"):
        files.load_image(str(path))


def test_folders_are_paired_by_stem():
    pairs = files.match_masks(["x/a.jpg", "x/b.png"], ["m/b.png", "m/a.png"])
    assert pairs == [("x/a.jpg", "m/a.png"), ("x/b.png", "m/b.png")]
    assert files.match_masks(["a.jpg", "b.jpg"], ["m.png"]) == [
        ("a.jpg", "m.png"),
        ("b.jpg", "m.png"),
    ]
    with pytest.raises(PictureError, match="no mask"):
        files.match_masks(["a.jpg", "b.jpg"], ["a.png", "c.png"])


@pytest.mark.parametrize("size", [(130, 70), (40, 40), (64, 200)])
def test_hidden_pixels_do_not_reach_a_resized_picture(size):
    image, other = _noise(*size), _noise(*size, seed=1)
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 3 : size[0] // 2, 5 : size[1] // 2] = 255
    other = np.where(mask[..., None] > 0, other, image)
    ours, theirs = (resizing.shrink_known(x, mask, 64) for x in (image, other))
    np.testing.assert_array_equal(ours[1], theirs[1])
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert ours[1].any()


def test_a_one_pixel_hole_survives_shrinking():
    mask = np.zeros((640, 640), np.uint8)
    mask[321, 77] = 255
    _, small = resizing.shrink_known(_noise(640, 640), mask, 64)
    assert small[32, 7] == 255 and (small > 0).sum() == 1


def test_pasting_leaves_known_pixels_alone():
    image, mask = _noise(100, 80), np.zeros((100, 80), np.uint8)
    mask[10:50, 20:60] = 255
    result = resizing.paste_filling(image, mask, _noise(64, 64, seed=2))
    np.testing.assert_array_equal(result[mask == 0], image[mask == 0])
    assert (result[mask > 0] != image[mask > 0]).any()


def test_contact_sheet_shows_each_column_in_its_place():
    top = np.full((64, 64, 3), 10, np.uint8)
    columns = [
        [np.full((64, 64, 3), 60 * c + 20 * r + 40, np.uint8) for r in range(2)]
        for c in range(3)
    ]
    sheet = sheets.contact_sheet(top, columns, ["a", "b", "c"], cell=64, gap=6)
    assert (sheet[6 + 32, sheet.shape[1] // 2] == 10).all()
    for c in range(3):
        for r in range(2):
            y, x = 6 + (r + 1) * 70 + 32, 6 + c * 70 + 32
            assert (sheet[y, x] == 60 * c + 20 * r + 40).all()


def test_a_thousand_columns_go_on_below_and_what_does_not_fit_is_counted():
    top = np.full((64, 64, 3), 10, np.uint8)
    room = sheets.columns_that_fit(top, 2)
    assert 500 < room < 1000
    columns = [[np.full((64, 64, 3), 40 + c % 200, np.uint8)] * 2 for c in range(room)]
    sheet = sheets.contact_sheet(top, columns, [""] * room)
    assert max(sheet.shape) <= 16384 and sheet.shape[0] * sheet.shape[1] <= 64_000_000
    across = sheet.shape[1] // 198
    for c in (0, across - 1, across, room - 1):
        y, x = 198 + c // across * 412 + 6 + 96, 6 + c % across * 198 + 96
        assert (sheet[[y, y + 198], x] == 40 + c % 200).all()


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (3, 3), (2000, 3000)])
def test_sheets_of_pictures_of_any_shape_stay_small(shape):
    top = np.zeros((*shape, 3), np.uint8)
    room = sheets.columns_that_fit(top, 2)
    sheet = sheets.contact_sheet(top, [[top, top]] * 100, [""] * 100)
    assert room >= 100 and max(sheet.shape) <= 16384
    heat = sheets.heat_map(np.ones((2, 2)), *shape)
    assert max(heat.shape) <= 16384 + 18


def test_heat_map_is_brightest_where_bits_are_most():
    bits = np.array([[0.0, 1.0], [2.0, 8.0]])
    heat = sheets.heat_map(bits, 64, 64)
    assert heat.shape == (256 + 18, 256, 3)
    heat = heat.astype(int).sum(-1)
    assert heat[64, 64] < heat[64, 192] < heat[192, 64] < heat[192, 192]
    assert sheets.heat_map(bits, 300, 400).shape == (318, 400, 3)


def test_a_grid_shows_each_picture_in_its_cell():
    shades = (10, 90, 200)
    a, b, c = (np.full((4, 4, 3), shade, np.uint8) for shade in shades)
    sheet = sheets.grid([[a, None, b], [c]], ["x", "y"], ["one", "two"], 20, 2)
    assert sheet.shape == (20 + 2 * 22, 86 + 22 + 4 + 22, 3)
    assert (sheet[20:40, 86:106] == 10).all() and (sheet[42:62, 86:106] == 200).all()
    assert (sheet[20:40, 112:132] == 90).all()  # after a narrow gap
    assert (sheet[20:, 106:112] == 255).all()
    assert sheet[20:, :86].min() < 50  # the labels
    plain = sheets.grid([[a]], cell=8, gap=1)
    assert plain.shape == (10, 10, 3) and (plain[1:9, 1:9] == 10).all()
