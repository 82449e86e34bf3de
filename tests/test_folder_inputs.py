"""Other people's pictures in a folder that is completed: colours, masks, odd files."""

import io
import json
import os

import numpy as np
import pytest
from PIL import Image

from tests import profiles
from tests.folder_world import Painter
from tests.fuzzing.good_pictures import encoded, exif, pixels
from tests.test_pairing import Listener
from vqinpaint import Request
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures.colours import Profile

HOLE = np.zeros((32, 40), np.uint8)
HOLE[8:20, 10:30] = 255
REQUEST = Request(num_samples=1, seed=30)  # the painter fills with 50


def _complete(folder, image, mask, **more):
    """Completes and gives (result as a Pillow image, notes)."""
    listener = Listener()
    pairs = find_pairs(str(folder / image), str(folder / mask), listener)
    output = str(folder / "out")
    complete_folder(pairs, Painter(), REQUEST, output, reporter=listener, **more)
    with open(os.path.join(output, "a_00.png"), "rb") as file:
        return Image.open(io.BytesIO(file.read())), listener.notes


@pytest.fixture
def folder(tmp_path):
    Image.fromarray(HOLE).save(tmp_path / "mask.png")
    return tmp_path


def test_profile_dpi_and_transparency_reach_the_files(folder):
    rgba = pixels(channels=4)
    rgba[:4, :, 3] = 0
    p3 = profiles.rgb("Display P3")
    data = encoded(Image.fromarray(rgba), "PNG", icc_profile=p3, dpi=(200, 200))
    (folder / "a.png").write_bytes(data)
    result, notes = _complete(folder, "a.png", "mask.png")
    assert result.mode == "RGBA" and result.info["icc_profile"] == p3
    assert np.allclose(result.info["dpi"], (200, 200), atol=0.1)
    found, known = np.asarray(result), HOLE == 0
    np.testing.assert_array_equal(found[known], rgba[known])
    own = Profile(p3).from_srgb(np.full((1, 3), 50, np.uint8))[0]
    assert (found[~known] == [*own, 255]).all()
    told = [note for note in notes if "Display P3" in note]
    assert len(told) == 1 and "transparency" in told[0] and "200 dpi" in told[0]


def test_a_hole_drawn_on_the_raw_raster_lands_where_it_was_drawn(folder):
    photograph = encoded(Image.fromarray(pixels()), "JPEG", exif=exif(6), quality=95)
    (folder / "a.jpg").write_bytes(photograph)
    result, notes = _complete(folder, "a.jpg", "mask.png")
    upright = np.asarray(Image.fromarray(HOLE).transpose(Image.Transpose.ROTATE_270))
    assert result.size == (32, 40)
    assert (np.asarray(result)[upright > 0] == 50).all()
    shown = Image.open(io.BytesIO(photograph)).transpose(Image.Transpose.ROTATE_270)
    known = upright == 0
    np.testing.assert_array_equal(np.asarray(result)[known], np.asarray(shown)[known])
    assert any("turned with its picture" in note for note in notes)


def test_a_copy_of_the_picture_is_no_mask(folder):
    data = encoded(Image.fromarray(pixels()), "PNG")
    for name in ("a.png", "copy.png"):
        (folder / name).write_bytes(data)
    with pytest.raises(PictureError, match="copy.png is a copy of the image"):
        _complete(folder, "a.png", "copy.png")
    assert not (folder / "out" / "a_00.png").exists()


def test_odd_files_fail_and_the_others_are_completed(folder):
    (folder / "in").mkdir()
    Image.fromarray(pixels()).save(folder / "in" / "a.png")
    os.mkfifo(folder / "in" / "pipe.png")
    os.symlink("/dev/zero", folder / "in" / "zero.png")
    listener = Listener()
    pairs = find_pairs(str(folder / "in"), str(folder / "mask.png"), listener)
    output = str(folder / "out")
    summary = complete_folder(pairs, Painter(), REQUEST, output, reporter=listener)
    assert (summary.completed, len(summary.failed)) == (1, 2)
    errors = [note for note in listener.notes if note.startswith("error:")]
    assert "pipe.png is a named pipe" in errors[0]
    assert "zero.png is a device" in errors[1]


def test_bounds_hold_for_pictures_masks_and_structures(folder):
    Image.fromarray(pixels()).save(folder / "a.png")
    Image.new("L", (200, 160)).save(folder / "large.png")
    small, bound = ReadingOptions(max_pixels=1280), "200x160 pixels, more than 1,280"
    _complete(folder, "a.png", "mask.png", reading=small)
    with pytest.raises(PictureError, match=bound):
        _complete(folder, "a.png", "large.png", reading=small)
    with pytest.raises(PictureError, match=bound):
        _complete(folder, "large.png", "mask.png", reading=small)
    request = Request(structure_from=str(folder / "large.png"))
    pairs = find_pairs(str(folder / "a.png"), str(folder / "mask.png"))
    with pytest.raises(PictureError, match=bound):
        complete_folder(pairs, Painter(), request, str(folder / "out"), reading=small)


def test_the_record_is_the_same_for_plain_pictures(folder):
    Image.fromarray(pixels()).save(folder / "a.png")
    result, notes = _complete(folder, "a.png", "mask.png")
    assert result.mode == "RGB" and set(result.info) == set()
    facts = json.loads((folder / "out" / "a.json").read_text())
    assert facts["image"].endswith("a.png") and len(notes) == 1
