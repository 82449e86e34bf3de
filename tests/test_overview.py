"""One sheet of all pictures of a folder."""

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import SIDE, Notes, Painter, make_world
from vqinpaint import Request
from vqinpaint.completing import marked, overview
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.completing.task import Task
from vqinpaint.errors import UsageError
from vqinpaint.options.sharding import Shard
from vqinpaint.outputs import Taken
from vqinpaint.pictures import sheets

REQUEST = Request(num_samples=3, seed=5)
CELL, GAP = 128, 6


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path)


def _pairs(world):
    return find_pairs(str(world / "in"), str(world / "mask.png"))


def _draw(world, request=REQUEST, notes=None, name="sheets/all.png", between=None):
    """Completes the folder and draws its sheet: (path, sheet)."""
    pairs, path = _pairs(world), str(world / name)
    task = Task(request, str(world / "out"))
    overview.check(path, pairs, task.output)
    summary = complete_folder(pairs, Painter(), request, task.output)
    if between:
        between()
    overview.write(path, summary.done(pairs), task, Notes() if notes is None else notes)
    with Image.open(path) as image:
        return path, np.asarray(image)


def _width(completions):
    """Of a sheet; the holed picture stands apart."""
    return GAP + CELL + 2 * GAP + completions * (CELL + GAP) + GAP


def test_a_row_shows_the_hole_and_then_every_completion(world):
    _, sheet = _draw(world)
    assert sheet.shape == (GAP + 2 * (CELL + GAP), _width(3), 3)
    lefts = [GAP, *(4 * GAP + CELL + i * (CELL + GAP) for i in range(3))]
    for row, shade in enumerate((10, 200)):
        top = GAP + row * (CELL + GAP)
        # A corner is known, the middle of the hole is filled.
        middle = 30 * CELL // SIDE
        for number, left in enumerate(lefts):
            picture = sheet[top : top + CELL, left : left + CELL]
            assert (picture[2, 2] == shade).all()
            filled = sheets.HOLE_GREY if not number else 20 + REQUEST.seed + number - 1
            assert (picture[middle, middle] == filled).all()


def test_a_sheet_is_replaced_unless_somebody_changed_it(world):
    path, first = _draw(world)
    _, second = _draw(world, Request(num_samples=3, seed=90))
    assert (first != second).any()
    data = (world / "sheets" / "all.png").read_bytes()
    # A program that edits what the file says and leaves the pixels, by one byte.
    for place in (data.index(b"IDAT") - 20, len(data) // 2, len(data) - 1):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        (world / "sheets" / "all.png").write_bytes(changed)
        assert not marked.is_unchanged(path)
        with pytest.raises(Taken):
            _draw(world)
        assert (world / "sheets" / "all.png").read_bytes() == changed


def test_a_file_that_comes_in_between_stays(world):
    (world / "sheets").mkdir()
    mine = world / "sheets" / "all.png"
    with pytest.raises(Taken):
        _draw(world, between=lambda: mine.write_bytes(b"mine"))
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize("data", [b"", b"x", b"vqinpaint-unchanged" * 9])
def test_other_files_have_no_mark(tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    assert not marked.is_unchanged(str(tmp_path / "a.png"))
    assert not marked.is_unchanged(str(tmp_path))
    assert not marked.is_unchanged(str(tmp_path / "none.png"))


@pytest.mark.parametrize("name", ["in/all.png", "masks/all.png", "out/all.png"])
def test_sheets_among_pictures_masks_and_results_are_neither(world, name):
    (world / "masks").mkdir()
    for stem in "ab":
        (world / "masks" / f"{stem}.png").write_bytes((world / "mask.png").read_bytes())
    path, _ = _draw(world, name=name)
    pairs = find_pairs(str(world / "in"), str(world / "masks"))
    assert [image for image, _ in pairs] == [f"{world}/in/{n}.png" for n in "ab"]
    assert _draw(world, name=name)[0] == path


@pytest.mark.parametrize(
    "name, words",
    [
        ("out/a_00.png", "the name of a result"),
        ("out/b_grid.png", "the name of a result"),
        ("all.jpg", "a PNG file"),
        ("mine.png", "not a file that vqinpaint wrote"),
        ("folder.png", "is a folder"),
    ],
)
def test_what_cannot_be_a_sheet_is_told_before_the_work(world, name, words):
    Image.new("RGB", (9, 9)).save(world / "mine.png")
    (world / "folder.png").mkdir()
    (world / "out").mkdir()
    with pytest.raises(UsageError, match=words):
        overview.check(str(world / name), _pairs(world), str(world / "out"))
    # Other pictures may be called so.
    overview.check(f"{world}/out/c_00.png", _pairs(world), str(world / "out"))
    with pytest.raises(UsageError, match="without --shard draws the sheet"):
        overview.check(f"{world}/all.png", [], str(world / "out"), Shard.parse("1/2"))


def test_a_result_of_a_folder_that_is_still_to_be_made_is_told_too(world):
    with pytest.raises(UsageError, match="the name of a result"):
        overview.check(f"{world}/new/a_00.png", _pairs(world), str(world / "new"))


def test_pictures_of_any_shape_fit_and_failed_ones_are_left_out(world):
    Image.new("RGB", (2000, 3), (90, 0, 0)).save(world / "in" / "thin.png")
    (world / "in" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    Image.new("L", (2000, 3)).save(world / "mask.png")
    notes = Notes()

    def lose():
        (world / "out" / "a_01.png").unlink()

    _, sheet = _draw(world, between=lose, notes=notes)
    assert sheet.shape == (GAP + 2 * (CELL + GAP), _width(3), 3)
    # A line of the picture in the middle of its cell.
    assert (sheet[GAP + CELL + GAP + 63, GAP : GAP + CELL] == (90, 0, 0)).all()
    assert "a.png is not on" in notes[0] and "a_01.png does not exist" in notes[0]
    assert notes[1].endswith("shows 2 of 3 pictures, 3 of 3 completions of each.")


def test_more_than_fits_is_told(world, monkeypatch):
    monkeypatch.setattr(overview, "MOST_ROWS", 1)
    monkeypatch.setattr(overview, "MOST_COLUMNS", 2)
    notes = Notes()
    path, sheet = _draw(world, notes=notes)
    text = f"{path} shows 1 of 2 pictures, 2 of 3 completions of each."
    assert notes == [text]
    assert sheet.shape == (GAP + CELL + GAP, _width(2), 3)


def test_without_a_completed_picture_there_is_no_sheet(world):
    for name in "ab":
        (world / "in" / f"{name}.png").write_bytes(b"no")
    notes = Notes()
    with pytest.raises(FileNotFoundError):
        _draw(world, notes=notes)
    assert "no picture was completed" in notes[0]
