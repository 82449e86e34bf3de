"""Which files of a folder are pictures, and which mask belongs to which."""

import os
import pathlib
import unicodedata

import numpy as np
import pytest
from PIL import Image

from vqinpaint import Reporter
from vqinpaint.completing.folder import find_pairs
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.pictures import files

COMPOSED = unicodedata.normalize("NFC", "café")
APART = unicodedata.normalize("NFD", "café")


class Listener(Reporter):
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


def _fill(folder, *names):
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        colour = (number * 7 % 256,) * 3
        Image.new("RGB", (8, 8), colour).save(folder / name, "PNG")
    return str(folder)


def _names(pairs):
    return [tuple(map(os.path.basename, pair)) for pair in pairs]


def test_what_is_left_out_is_told_in_one_line(tmp_path):
    folder = _fill(tmp_path / "in", "a.png", "b.HEIC", "c.tif", "._a.png", "d.gif")
    _fill(tmp_path / "in" / "more", "x.png")
    _fill(tmp_path / "in" / "still", "x.png")
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    (tmp_path / "in" / ".DS_Store").write_text("nobody's business")
    listener = Listener()
    found = files.list_pictures(folder, reporter=listener)
    assert list(map(os.path.basename, found)) == ["a.png", "b.HEIC", "c.tif", "d.gif"]
    (note,) = listener.notes
    for part in (
        "2 subfolders (more, still)",
        "1 hidden file (._a.png)",
        "1 file that is no picture by its name (notes.txt)",
    ):
        assert part in note
    assert "DS_Store" not in note


def test_a_folder_of_subfolders_says_so(tmp_path):
    _fill(tmp_path / "in", "a.png")
    with pytest.raises(PictureError, match=r"holds no picture.*1 subfolder \(in\)"):
        files.list_pictures(str(tmp_path))


def test_brackets_in_names_are_letters(tmp_path):
    folder = _fill(tmp_path / "[a] *?", "[x].png", "x?.png")
    masks = _fill(tmp_path / "m[1]", "[x].png", "x?.png")
    assert _names(find_pairs(folder, masks)) == [
        ("[x].png", "[x].png"),
        ("x?.png", "x?.png"),
    ]


@pytest.mark.parametrize("names", [(COMPOSED, APART), (APART, COMPOSED)])
def test_accents_are_compared_composed(tmp_path, names):
    image, mask = (f"{name}.png" for name in names)
    folder = _fill(tmp_path / "in", image, "b.png")
    masks = _fill(tmp_path / "masks", mask, "b.png")
    assert (image, mask) in _names(find_pairs(folder, masks))
    _fill(tmp_path / "in", f"{names[1]}.jpg")
    with pytest.raises(UsageError, match="several pictures called"):
        find_pairs(folder, masks)


@pytest.mark.parametrize("name", ["a_mask001.png", "a_mask.png", "a-mask.tif", "a.png"])
def test_masks_by_name_in_a_folder_of_their_own(tmp_path, name):
    folder = _fill(tmp_path / "in", "a.png", "b.png")
    masks = _fill(tmp_path / "masks", name, "b.png")
    assert _names(find_pairs(folder, masks)) == [("a.png", name), ("b.png", "b.png")]


def test_the_same_name_comes_before_a_longer_one(tmp_path):
    folder = _fill(tmp_path / "in", "a.png", "a_mask.png")
    masks = _fill(tmp_path / "masks", "a.png", "a_mask.png")
    assert _names(find_pairs(folder, masks)) == [
        ("a.png", "a.png"),
        ("a_mask.png", "a_mask.png"),
    ]


def test_pictures_and_masks_in_one_folder(tmp_path):
    """As LaMa names them."""
    folder = _fill(tmp_path / "in", "a.png", "a_mask001.png", "b.jpg", "b_mask001.png")
    wanted = [("a.png", "a_mask001.png"), ("b.jpg", "b_mask001.png")]
    assert _names(find_pairs(folder, folder)) == wanted
    os.symlink(folder, tmp_path / "link")
    assert _names(find_pairs(folder, str(tmp_path / "link"))) == wanted
    assert _names(find_pairs(f"{folder}/a.png", folder)) == wanted[:1]


def test_one_mask_among_the_pictures_is_for_all_others(tmp_path):
    folder = _fill(tmp_path / "in", "a.png", "b.png", "hole.png")
    pairs = find_pairs(folder, f"{folder}/hole.png")
    assert _names(pairs) == [("a.png", "hole.png"), ("b.png", "hole.png")]


def test_no_picture_is_its_own_mask(tmp_path):
    folder = _fill(tmp_path / "in", "a.png", "b.png")
    with pytest.raises(PictureError, match="no picture may be its own mask"):
        find_pairs(folder, folder)
    for mask in (f"{folder}/a.png", f"{folder}/../in/a.png"):
        with pytest.raises(PictureError, match="as picture and as its own mask"):
            find_pairs(f"{folder}/a.png", mask)
    os.link(f"{folder}/a.png", f"{folder}/other.png")
    with pytest.raises(PictureError, match="as picture and as its own mask"):
        find_pairs(f"{folder}/a.png", f"{folder}/other.png")
    os.unlink(f"{folder}/other.png")
    (tmp_path / "masks").mkdir()
    os.symlink(f"{folder}/a.png", tmp_path / "masks" / "a.png")
    _fill(tmp_path / "masks", "b.png")
    with pytest.raises(PictureError, match="as picture and as its own mask"):
        find_pairs(folder, str(tmp_path / "masks"))


def test_several_masks_of_a_picture_are_refused(tmp_path):
    folder = _fill(tmp_path / "in", "a.png")
    masks = _fill(tmp_path / "masks", "a_mask001.png", "a_mask002.png")
    with pytest.raises(PictureError, match="2 masks .a_mask001.png, a_mask002.png"):
        find_pairs(folder, masks)
    _fill(tmp_path / "masks", "a.png", "a.bmp")
    with pytest.raises(PictureError, match="2 masks .a.bmp, a.png"):
        find_pairs(folder, masks)


def test_names_that_are_not_utf8_are_paired(tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    folder = _fill(tmp_path / "in", name, "b.png")
    masks = _fill(tmp_path / "masks", name, "b.png")
    assert _names(find_pairs(folder, masks))[1] == (name, name)
    assert np.asarray(Image.open(pathlib.Path(folder, name))).shape == (8, 8, 3)
