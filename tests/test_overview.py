"""One sheet of all pictures of a folder."""

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import SIDE, Notes, Painter, make_world
from vqinpaint import Request
from vqinpaint.completing import overview
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.completing.task import Task
from vqinpaint.errors import UsageError
from vqinpaint.pictures import sheets

REQUEST = Request(num_samples=3, seed=5)


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path)


def _draw(world, request=REQUEST, reporter=None):
    """Completes the folder and draws its sheet: (path, sheet)."""
    pairs = find_pairs(str(world / "in"), str(world / "mask.png"))
    task, path = Task(request, str(world / "out")), str(world / "sheets" / "all.png")
    overview.check(path, pairs)
    summary = complete_folder(pairs, Painter(), request, task.output)
    overview.write(
        path, summary.done(pairs), task, Notes() if reporter is None else reporter
    )
    with Image.open(path) as image:
        return path, np.asarray(image)


def test_a_row_shows_the_hole_and_then_every_completion(world):
    _, sheet = _draw(world)
    cell, gap = 128, 6
    tops = [gap + row * (cell + gap) for row in range(2)]
    lefts = [gap, *(4 * gap + cell + i * (cell + gap) for i in range(3))]
    for top, shade in zip(tops, (10, 200)):
        cells = [sheet[top : top + cell, left : left + cell] for left in lefts]
        # A corner is known, the middle of the hole is filled.
        middle = 30 * cell // SIDE
        for number, picture in enumerate(cells):
            assert (picture[2, 2] == shade).all()
            filled = sheets.HOLE_GREY if not number else 20 + REQUEST.seed + number - 1
            assert (picture[middle, middle] == filled).all()


def test_a_sheet_is_replaced_unless_somebody_changed_it(world):
    path, first = _draw(world)
    assert overview.is_sheet(path)
    _, second = _draw(world, Request(num_samples=3, seed=90))
    assert (first != second).any()
    with Image.open(path) as image:
        pixels, info = np.array(image), image.info
    assert info  # of which a program that edits pictures keeps the texts
    pixels[0, 0] = 1
    marks = overview.PngImagePlugin.PngInfo()
    for key, value in info.items():
        marks.add_text(key, str(value))
    Image.fromarray(pixels).save(path, pnginfo=marks)
    with pytest.raises(UsageError, match="not a file that vqinpaint wrote"):
        _draw(world)
    with Image.open(path) as image:
        np.testing.assert_array_equal(image, pixels)


@pytest.mark.parametrize(
    "name, words",
    [
        ("in/all.png", "lies among the pictures"),
        ("all.jpg", "a PNG file"),
        ("mine.png", "not a file that vqinpaint wrote"),
        ("folder.png", "is a folder"),
    ],
)
def test_what_cannot_be_a_sheet_is_told_before_the_work(world, name, words):
    Image.new("RGB", (9, 9)).save(world / "mine.png")
    (world / "folder.png").mkdir()
    (world / "masks").mkdir()
    (world / "mask.png").rename(world / "masks" / "mask.png")
    pairs = find_pairs(str(world / "in"), str(world / "masks" / "mask.png"))
    with pytest.raises(UsageError, match=words):
        overview.check(str(world / name), pairs)


def test_pictures_of_any_shape_fit_and_failed_ones_are_left_out(world):
    Image.new("RGB", (2000, 3), (90, 0, 0)).save(world / "in" / "thin.png")
    (world / "in" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    Image.new("L", (2000, 3)).save(world / "mask.png")
    _, sheet = _draw(world)
    assert sheet.shape == (6 + 3 * 134, 6 + 2 * 134 + 12 + 2 * 134, 3)
    # A line of the picture in the middle of its cell.
    assert (sheet[6 + 2 * 134 + 63, 6:134] == (90, 0, 0)).all()


def test_more_than_fits_is_told(world, monkeypatch):
    monkeypatch.setattr(overview, "MOST_ROWS", 1)
    monkeypatch.setattr(overview, "MOST_COLUMNS", 2)
    notes = Notes()
    _, sheet = _draw(world, reporter=notes)
    assert "shows 1 of 2 pictures and 2 of 3 completions" in notes[0]
    assert sheet.shape[0] == 6 + 134
