"""A picture and its hole, while browsers are late to show what they are sent."""

import io
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from vqinpaint.errors import PictureError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.canvas import decoded
from vqinpaint.web.piece import Piece
from vqinpaint.web.wording import of_page

READING = PageOptions().reading


def _png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def paths(tmp_path):
    """Two pictures of different sizes, each in a folder of its own."""
    found = []
    for name, size in (("wide", (150, 100)), ("high", (100, 150))):
        (tmp_path / name).mkdir()
        found.append(str(tmp_path / name / "canvas.png"))
        Image.new("RGB", size).save(found[-1])
    return found


@pytest.fixture
def piece(paths):
    return Piece(paths[0], READING)


def _shows(piece, *corners):
    """The canvas as a browser shows it now, with a rectangle of it painted or erased."""
    layer = np.array(Image.open(piece.layer()))
    for left, top, right, bottom, painted in corners:
        layer[top:bottom, left:right] = 255 if painted else 0
    return _png(layer)


def test_strokes_change_the_mask(piece):
    piece.strokes([_shows(piece, (0, 0, 15, 15, True))])
    # 5x5 pixels, each three canvas pixels wide.
    assert (piece.mask > 127).sum() == 25
    with Image.open(piece.save_mask()) as saved:
        assert saved.size == (150, 100)


def test_a_late_canvas_does_not_take_a_rectangle_back(piece):
    late = _shows(piece)
    piece.rectangle(10, 10, 20, 20)
    piece.strokes([late])
    assert (piece.mask > 127).sum() == 100
    # It may settle while the late one is on its way.
    piece.settled()
    piece.strokes([late])
    assert (piece.mask > 127).sum() == 100
    # Of a canvas that is sent later, the same means that the rectangle was erased.
    piece.announce()
    piece.strokes([late])
    assert not piece.has_hole


def test_strokes_on_a_late_canvas_are_added_to_a_rectangle(piece):
    late = _shows(piece, (0, 0, 15, 15, True))
    piece.rectangle(10, 10, 20, 20)
    piece.strokes([late])
    assert (piece.mask > 127).sum() == 100 + 25


@pytest.mark.parametrize("change", [Piece.invert, Piece.clear])
def test_a_late_canvas_does_not_take_other_changes_back(piece, change):
    piece.rectangle(10, 10, 20, 20)
    piece.settled()
    piece.announce()
    late = _shows(piece)
    change(piece)
    wanted = piece.mask.copy()
    piece.strokes([late])
    np.testing.assert_array_equal(piece.mask, wanted)


def test_a_late_canvas_of_another_picture_counts_for_nothing(piece, paths):
    late = _shows(piece, (0, 0, 15, 15, True))
    other = Piece(paths[1], READING, piece)
    other.rectangle(20, 20, 30, 30)
    other.strokes([late])
    assert (other.mask > 127).sum() == 100
    shutil.rmtree(os.path.join(os.path.dirname(paths[1]), "canvas"))
    alone = Piece(paths[1], READING)
    with pytest.raises(PictureError, match="the canvas shows another picture"):
        alone.strokes([late])


def test_a_browser_that_never_says_so_shows_it_after_a_while(piece, monkeypatch):
    late = _shows(piece)
    piece.rectangle(10, 10, 20, 20)
    monkeypatch.setattr("vqinpaint.web.piece._PATIENCE", -1.0)
    piece.strokes([late])
    assert not piece.has_hole


def test_a_mask_of_another_size_is_told_of(piece, tmp_path):
    Image.new("L", (75, 50), 255).save(tmp_path / "small.png")
    assert "75x50" in piece.load_mask(str(tmp_path / "small.png"))
    Image.new("L", (150, 100), 255).save(tmp_path / "right.png")
    assert piece.load_mask(str(tmp_path / "right.png")) == ""


def test_layers_of_other_sizes_or_formats_are_not_decoded():
    small = _png(np.zeros([5, 6, 4], np.uint8))
    assert decoded([small], (5, 6))[0].shape == (5, 6, 4)
    assert decoded([small], (6, 5)) is None
    file = io.BytesIO()
    Image.new("RGB", (6, 5)).save(file, "BMP")
    for damaged in (b"", b"no picture", small[:40], file.getvalue()):
        with pytest.raises(PictureError, match="damaged"):
            decoded([damaged], (5, 6))


def test_a_canvas_has_few_layers():
    layer = _png(np.zeros([5, 6, 4], np.uint8))
    assert len(decoded([layer] * 4, (5, 6))) == 4
    with pytest.raises(PictureError, match="5 layers, more than 4"):
        decoded([layer] * 5, (5, 6))


def test_messages_name_what_is_on_the_page():
    told = "note: mask.png marks 0% of a.png as missing; white is missing, --invert_mask turns that round."
    assert of_page(told) == (
        'note: 0% of the picture is missing; white is missing, "Invert hole" turns that round.'
    )
    for text in (
        "take --keep_by=difference, or give a model that has one.",
        "shrink it, or give --max_pixels=300 if there is memory for it.",
        "--structure_from=a_structure.json:1 holds 2 window(s), this picture has 3.",
    ):
        assert "--" not in of_page(text)
    assert of_page("nothing of the kind") == "nothing of the kind"
