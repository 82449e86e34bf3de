"""A folder of pictures: whose files stay, and what fails."""

import json
import os
import shutil
import unicodedata

import pytest
from PIL import Image

from tests.folder_world import (
    SIDE,
    Notes,
    Painter,
    again,
    complete,
    make_world,
)
from tests.killing import killed_at
from vqinpaint import Reporter, Request, outputs
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import DiskError, PictureError, UsageError
from vqinpaint.files import digests
from vqinpaint.pictures import sheets


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path)


@pytest.mark.parametrize("name", ["a_00.png", "a_grid.png", "a_entropy.png", "a.json"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_somebody_elses_files_stay(world, name, overwrite):
    (world / "out").mkdir()
    (world / "out" / name).write_text("mine")
    notes = Notes()
    summary = complete(world, overwrite=overwrite, reporter=notes)
    assert (summary.completed, len(summary.failed)) == (1, 1)
    assert name in notes[0] and "not a file that vqinpaint wrote" in notes[0]
    assert (world / "out" / name).read_text() == "mine"
    assert len(os.listdir(world / "out")) == 1 + 5
    # The JSON of another program lists nothing.
    (world / "out" / "a.json").write_text('{"samples": 3}')
    assert complete(world, overwrite=True, reporter=notes).failed
    assert (world / "out" / "a.json").read_text() == '{"samples": 3}'


def test_links_in_the_way_are_not_followed(world):
    (world / "victim").write_text("mine")
    (world / "out").mkdir()
    for name in ("a_00.png.tmp", "a.json.tmp", "b_00.png"):
        (world / "out" / name).symlink_to(world / "victim")
    assert len(complete(world).failed) == 1
    (world / "out" / "b_00.png").unlink()
    complete(world)
    (world / "out" / "a_00.png").unlink()
    (world / "out" / "a_00.png").symlink_to(world / "victim")
    assert again(world) == (1, 1)
    assert (world / "victim").read_text() == "mine"


def test_results_beside_the_pictures_are_not_completed_again(world):
    where = {"output": str(world / "in")}
    first, second = Notes(), Notes()
    assert again(world, reporter=first, **where) == (2, 0)
    assert again(world, reporter=second, **where) == (0, 2)
    assert not first and any("8 result(s)" in note for note in second)
    assert len(os.listdir(world / "in")) == 2 + 2 * 5
    # A picture of a person that is called like a result is completed.
    Image.new("RGB", (SIDE, SIDE)).save(world / "in" / "a_02.png")
    assert again(world, **where) == (1, 2)
    assert (world / "in" / "a_02_00.png").exists()


def test_results_beside_masks_are_no_masks(world):
    (world / "masks").mkdir()
    for name in "ab":
        shutil.copy(world / "mask.png", world / "masks" / f"{name}.png")
    output = str(world / "masks")
    for _ in range(2):
        pairs = find_pairs(str(world / "in"), output)
        assert [mask for _, mask in pairs] == [f"{output}/{name}.png" for name in "ab"]
        complete_folder(pairs, Painter(), Request(num_samples=2), output)


def test_a_sheet_that_is_too_small_is_told(world, monkeypatch):
    monkeypatch.setattr(sheets, "LONGEST", 1000)
    notes = Notes()
    complete(world, request=Request(num_samples=7), reporter=notes)
    assert [note for note in notes if note.startswith("note: a_grid.png")] == [
        "note: a_grid.png shows the first 5 of 7 completions; all of them are in files "
        "of their own."
    ]
    assert max(Image.open(world / "out" / "a_grid.png").size) <= 1000
    assert (world / "out" / "a_06.png").exists()


def test_a_folder_of_nothing_but_results_is_told(world):
    complete(world)
    with pytest.raises(PictureError, match="nothing but results of earlier runs"):
        find_pairs(str(world / "out"), str(world / "mask.png"))


def test_an_input_is_never_written_over(world):
    complete(world)
    source = f"{world / 'out' / 'a.json'}:1"
    before = (world / "out" / "a.json").read_bytes()
    pairs = [(str(world / "in" / "a.png"), str(world / "mask.png"))]
    request = Request(structure_from=source)
    with pytest.raises(PictureError, match="would be overwritten by the results of a"):
        complete_folder(pairs, Painter(), request, str(world / "out"))
    assert (world / "out" / "a.json").read_bytes() == before


def test_a_name_too_long_does_not_stop_the_others(world):
    # a_entropy.png has twelve bytes more than the stem.
    for length in (243, 244, 250):
        Image.new("RGB", (SIDE, SIDE)).save(world / "in" / f"{'n' * length}.png")
    notes = Notes()
    summary = complete(world, reporter=notes)
    assert (summary.completed, len(summary.failed), len(notes)) == (3, 2, 2)
    assert all("shorter or simpler name" in note for note in notes)


def test_names_that_are_not_utf8_are_completed(world):
    name = os.fsdecode(b"caf\xe9")
    os.rename(world / "in" / "a.png", world / "in" / f"{name}.png")
    output = os.fsdecode(os.fsencode(world / "out") + b"\xff")
    assert again(world, output=output) == (2, 0)
    assert again(world, output=output) == (0, 2)
    assert f"{name}_01.png" in os.listdir(output)


def test_two_forms_of_one_name_are_refused(world):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "k\u00e4the")
        Image.new("RGB", (SIDE, SIDE)).save(world / "in" / f"{name}.png")
    with pytest.raises(UsageError, match="several pictures called"):
        complete(world)


@pytest.mark.parametrize("blind", [False, True])
def test_upper_and_lower_case_are_two_where_the_disk_says_so(world, monkeypatch, blind):
    monkeypatch.setattr(outputs, "is_case_blind", lambda folder: blind)
    Image.new("RGB", (SIDE, SIDE)).save(world / "in" / "A.png")
    if not blind:
        assert complete(world).completed == 3
        return
    with pytest.raises(UsageError, match="upper and lower case"):
        complete(world)


@pytest.mark.parametrize("number", range(1, 13))
def test_a_kill_between_writes_leaves_nothing_that_counts_as_done(world, number):
    """The results of other seeds were there before; journals and files are twelve."""
    complete(world)
    request = Request(num_samples=2, seed=7)
    assert killed_at(number, lambda: complete(world, request=request))
    for name in "ab":
        path = world / "out" / f"{name}.json"
        files = json.loads(path.read_text())["files"] if path.exists() else {}
        assert files == {name: digests.of_file(world / "out" / name) for name in files}
    assert sum(again(world, request=request)) == 2
    assert again(world, request=request) == (0, 2)
    found = {path.name: path.read_bytes() for path in (world / "out").glob("*.png")}
    complete(world, request=request, output=str(world / "whole"))
    assert found == {
        path.name: path.read_bytes() for path in (world / "whole").glob("*.png")
    }
    assert len(os.listdir(world / "out")) == 10


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("mine"), lambda path: path.symlink_to("x")]
)
def test_an_output_that_cannot_be_stops_before_any_work(world, make):
    make(world / "out")
    with pytest.raises(UsageError, match="out is a"):
        complete(world)
    with pytest.raises(UsageError, match="out is a"):
        complete(world, output=str(world / "out" / "below"))


def test_a_full_disk_stops_before_any_work(world, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.places, "new_temporary", refuse)
    with pytest.raises(DiskError, match="No space left on device"):
        complete(world)
    assert not (world / "out").exists()


def test_one_bad_picture_does_not_stop_the_others(world):
    (world / "in" / "aa.png").write_bytes(b"no picture")
    notes = []

    class Listener(Reporter):
        def note(self, text):
            notes.append(text)

    summary = complete(world, reporter=Listener())
    assert (summary.completed, len(summary.failed)) == (2, 1)
    assert len(notes) == 1 and "aa.png cannot be read" in notes[0]
    with pytest.raises(PictureError, match="1 of 3 pictures could not be completed"):
        summary.check()
    assert summary.text().startswith("2 picture(s) completed, 1 failed; 2 completions")


def test_a_request_that_the_engine_refuses_stops_before_any_work(world):
    with pytest.raises(UsageError, match="painter"):
        complete(world, request=Request(top_k=3))
    assert not (world / "out").exists()


def test_the_best_are_those_of_the_fewest_bits(world):
    complete(world, request=Request(num_samples=5, keep=2, seed=3))
    samples = json.loads((world / "out" / "a.json").read_text())["samples"]
    assert [(sample["seed"], sample["bits"]) for sample in samples] == [(3, 3), (4, 4)]
    assert samples[0]["discriminator"] is None


def test_a_picture_that_needs_too_much_memory_stops_no_other(world):
    class Full(Painter):
        def complete(self, image, *others):
            if image.max() > 100:
                raise MemoryError
            return super().complete(image, *others)

    notes = Notes()
    pairs = find_pairs(str(world / "in"), str(world / "mask.png"))
    summary = complete_folder(
        pairs, Full(), Request(num_samples=2), str(world / "out"), reporter=notes
    )
    assert summary.failed == [pairs[1][0]] and (world / "out/a_01.png").exists()
    (told,) = [note for note in notes if note.startswith("error")]
    assert "b.png needs more memory than there is" in told and "2 completions" in told
