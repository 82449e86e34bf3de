"""A folder of pictures: what is done already, what is stale, what fails."""

import json
import os
import shutil
import unicodedata

import numpy as np
import pytest
from PIL import Image

from tests.killing import killed_at
from vqinpaint import Reporter, Request, outputs
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import DiskError, PictureError, UsageError
from vqinpaint.files import digests
from vqinpaint.pictures import sheets

SIDE = 64


class Painter:
    """An engine that fills holes with each sample's seed."""

    side, name, fingerprint = SIDE, "painter", "first weights"

    def check(self, request):
        if request.top_k:
            raise UsageError("top_k cannot be asked of a painter.")

    def complete(self, image, mask, seeds, request, reporter):
        rows = [np.full_like(image, seed % 200 + 20) for seed in seeds]
        return Completions(
            np.stack(rows),
            scores={"bits": np.array(seeds, float)},
            views={"structure": np.stack(rows)},
            maps={"entropy": np.zeros([len(seeds), 8, 8], np.float32)},
            record={"codes": np.zeros([len(seeds), 8, 8], np.int32)},
        )

    def encode(self, image):
        return np.full([8, 8], image.mean(), np.int32)

    def render(self, image, mask, codes):
        picture = np.full_like(image, codes[0, 0] % 256)[None]
        return Completions(
            picture, views={"structure": picture}, record={"codes": codes[None]}
        )


@pytest.fixture
def world(tmp_path):
    """Two pictures, a mask, and a picture to take structures from."""
    (tmp_path / "in").mkdir()
    for shade, name in ((10, "a"), (200, "b")):
        Image.new("RGB", (SIDE, SIDE), (shade,) * 3).save(tmp_path / f"in/{name}.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:40, 20:40] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.new("RGB", (SIDE, SIDE), "white").save(tmp_path / "guide.png")
    return tmp_path


class _Notes(Reporter, list):
    """Keeps the notes that it is told."""

    def note(self, text):
        self.append(text)


def _complete(world, engine=None, request=None, output=None, **more):
    listener = {k: more[k] for k in more if k == "reporter"}
    pairs = find_pairs(str(world / "in"), str(world / "mask.png"), **listener)
    request = request or Request(num_samples=2)
    engine = engine or Painter()
    output = output or str(world / "out")
    return complete_folder(pairs, engine, request, output, **more)


def _contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _again(world, **changes):
    """(completed, done already) of a second run."""
    summary = _complete(world, **changes)
    return summary.completed, summary.done_already


def test_the_same_again_is_done_already(world):
    assert _complete(world).completed == 2
    before = os.stat(world / "out" / "a_00.png").st_mtime_ns
    assert _again(world) == (0, 2)
    assert os.stat(world / "out" / "a_00.png").st_mtime_ns == before
    assert _again(world, overwrite=True) == (2, 0)


def test_another_file_of_an_older_date_is_not_done(world):
    _complete(world)
    Image.new("RGB", (SIDE, SIDE), "red").save(world / "in" / "b.png")
    os.utime(world / "in" / "b.png", (0, 0))
    assert _again(world) == (1, 1)
    Image.new("L", (SIDE, SIDE), 255).save(world / "mask.png")
    os.utime(world / "mask.png", (0, 0))
    assert _again(world) == (2, 0)


def test_a_file_that_was_only_touched_is_done(world):
    _complete(world)
    os.utime(world / "in" / "a.png")
    assert _again(world) == (0, 2)


def test_a_model_that_was_trained_on_is_another_one(world):
    _complete(world)
    engine = Painter()
    engine.fingerprint = "second weights"
    assert _again(world, engine=engine) == (2, 0)


def test_another_request_is_not_done(world):
    _complete(world)
    assert _again(world, request=Request(num_samples=2, temperature=0.5)) == (2, 0)


def test_an_edited_structure_is_not_done(world):
    request = Request(structure_from=str(world / "guide.png"))
    _complete(world, request=request)
    assert _again(world, request=request) == (0, 2)
    first = np.asarray(Image.open(world / "out" / "a_00.png"))
    Image.new("RGB", (SIDE, SIDE), "black").save(world / "guide.png")
    assert _again(world, request=request) == (2, 0)
    assert (np.asarray(Image.open(world / "out" / "a_00.png")) != first).any()


def test_a_result_that_was_deleted_is_made_again(world):
    _complete(world)
    (world / "out" / "a_01.png").unlink()
    assert _again(world) == (1, 1)
    assert (world / "out" / "a_01.png").exists()


def test_results_of_an_older_version_are_made_again(world):
    _complete(world)
    facts = json.loads((world / "out" / "a.json").read_text())
    facts.pop("fingerprints")
    (world / "out" / "a.json").write_text(json.dumps(facts))
    assert _again(world) == (1, 1)


def test_files_that_a_damaged_json_no_longer_lists_stay(world):
    _complete(world)
    whole = (world / "out" / "b.json").read_bytes()
    for damaged in (b"", b"{", whole[:100], b"[]", whole[:-3]):
        (world / "out" / "b.json").write_bytes(damaged)
        notes = _Notes()
        assert _again(world, reporter=notes) == (0, 1)
        assert "exists and is not a file that vqinpaint wrote" in notes[-1]
        assert (world / "out" / "b.json").read_bytes() == damaged


def test_a_result_that_was_cut_or_mixed_up_is_made_again(world):
    _complete(world)
    whole = (world / "out" / "a_01.png").read_bytes()
    (world / "out" / "a_01.png").write_bytes(whole[:-20])
    assert _again(world) == (1, 1)
    assert (world / "out" / "a_01.png").read_bytes() == whole
    # Of a run of other seeds that was killed; of an older date, too.
    (world / "out" / "b_00.png").write_bytes((world / "out" / "b_01.png").read_bytes())
    os.utime(world / "out" / "b_00.png", (0, 0))
    assert _again(world) == (1, 1)
    for name in ("a_grid.png", "b_entropy.png"):
        (world / "out" / name).write_bytes(b"")
    assert _again(world) == (2, 0)


def test_a_result_that_somebody_changed_is_made_again_and_kept(world):
    _complete(world)
    before = _contents(world / "out")
    for colour in ("red", "blue"):
        Image.new("RGB", (70, 50), colour).save(world / "out" / "a_00.png")
        notes = _Notes()
        assert _again(world, reporter=notes) == (1, 1)
        assert [n for n in notes if n.startswith("note: a_00.png had been changed")]
    after = _contents(world / "out")
    assert {name: after[name] for name in before if name != "a.json"} == {
        name: before[name] for name in before if name != "a.json"
    }
    kept = [Image.open(world / "out" / f"a_00.png.bak{i}") for i in ("", "1")]
    assert [image.getpixel((0, 0)) for image in kept] == [(255, 0, 0), (0, 0, 255)]


def test_a_users_file_of_the_name_of_a_larger_runs_result_is_kept(world):
    _complete(world, request=Request(num_samples=8))
    Image.new("RGB", (70, 50), "red").save(world / "out" / "a_07.png")
    _complete(world, request=Request(num_samples=2))
    assert not (world / "out" / "a_07.png").exists()
    assert (world / "out" / "a_07.png.bak").exists()
    assert not (world / "out" / "b_07.png").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.update(files={}, samples=[]),
        lambda facts: facts["samples"].pop(),
        lambda facts: facts["samples"].reverse(),
        lambda facts: facts["files"].pop("a_01.png"),
        lambda facts: facts["files"].update({"a_00.png": 5, "a_grid.png": {}}),
    ],
)
def test_a_json_that_lists_less_is_not_done(world, change):
    _complete(world)
    path = world / "out" / "a.json"
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))
    for name in facts["files"].keys() ^ {
        *("a_00.png", "a_01.png", "a_grid.png", "a_entropy.png")
    }:
        (world / "out" / name).unlink()
    assert _again(world) == (1, 1)


def test_a_single_mask_in_a_folder_is_that_of_its_name(world):
    (world / "masks").mkdir()
    shutil.copy(world / "mask.png", world / "masks" / "a_mask001.png")
    with pytest.raises(PictureError, match=r"b\.png has no mask of the same name"):
        find_pairs(str(world / "in"), str(world / "masks"))


def test_a_picture_without_a_hole_has_no_sheet_to_look_at(world):
    for path in (world / "in").iterdir():
        Image.new("RGB", (100, 80)).save(path)
    Image.new("L", (100, 80)).save(world / "mask.png")
    assert _complete(world).last_sheet is None


def test_the_json_lists_every_file_with_its_digest(world):
    _complete(world)
    facts = json.loads((world / "out" / "a.json").read_text())
    wanted = {"a_00.png", "a_01.png", "a_grid.png", "a_entropy.png"}
    assert facts["files"] == {
        name: digests.of_file(world / "out" / name) for name in wanted
    }
    names = (
        wanted | {name.replace("a", "b", 1) for name in wanted} | {"a.json", "b.json"}
    )
    assert set(os.listdir(world / "out")) == names


def test_what_a_larger_run_left_is_removed(world):
    _complete(world, request=Request(num_samples=8))
    (world / "out" / "a_09.png").write_text("mine")
    (world / "out" / "a_note.png").write_text("mine")
    _complete(world, request=Request(num_samples=2))
    left = sorted(name for name in os.listdir(world / "out") if name.startswith("a_"))
    assert left == [
        *(
            "a_00.png",
            "a_01.png",
            "a_09.png",
            "a_entropy.png",
            "a_grid.png",
            "a_note.png",
        )
    ]
    guided = Request(structure_from=str(world / "guide.png"))
    _complete(world, request=guided)
    assert not (world / "out" / "b_01.png").exists()
    assert not (world / "out" / "b_entropy.png").exists()


@pytest.mark.parametrize("name", ["a_00.png", "a_grid.png", "a_entropy.png", "a.json"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_somebody_elses_files_stay(world, name, overwrite):
    (world / "out").mkdir()
    (world / "out" / name).write_text("mine")
    notes = _Notes()
    summary = _complete(world, overwrite=overwrite, reporter=notes)
    assert (summary.completed, len(summary.failed)) == (1, 1)
    assert name in notes[0] and "not a file that vqinpaint wrote" in notes[0]
    assert (world / "out" / name).read_text() == "mine"
    assert len(os.listdir(world / "out")) == 1 + 5
    # The JSON of another program lists nothing.
    (world / "out" / "a.json").write_text('{"samples": 3}')
    assert _complete(world, overwrite=True, reporter=notes).failed
    assert (world / "out" / "a.json").read_text() == '{"samples": 3}'


def test_links_in_the_way_are_not_followed(world):
    (world / "victim").write_text("mine")
    (world / "out").mkdir()
    for name in ("a_00.png.tmp", "a.json.tmp", "b_00.png"):
        (world / "out" / name).symlink_to(world / "victim")
    assert len(_complete(world).failed) == 1
    (world / "out" / "b_00.png").unlink()
    _complete(world)
    (world / "out" / "a_00.png").unlink()
    (world / "out" / "a_00.png").symlink_to(world / "victim")
    assert _again(world) == (1, 1)
    assert (world / "victim").read_text() == "mine"


def test_results_beside_the_pictures_are_not_completed_again(world):
    where = {"output": str(world / "in")}
    first, second = _Notes(), _Notes()
    assert _again(world, reporter=first, **where) == (2, 0)
    assert _again(world, reporter=second, **where) == (0, 2)
    assert not first and any("8 result(s)" in note for note in second)
    assert len(os.listdir(world / "in")) == 2 + 2 * 5
    # A picture of a person that is called like a result is completed.
    Image.new("RGB", (SIDE, SIDE)).save(world / "in" / "a_02.png")
    assert _again(world, **where) == (1, 2)
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
    monkeypatch.setattr(sheets, "_LONGEST", 1000)
    notes = _Notes()
    _complete(world, request=Request(num_samples=7), reporter=notes)
    assert [note for note in notes if note.startswith("note: a_grid.png")] == [
        "note: a_grid.png shows the first 5 of 7 completions; all of them are in files "
        "of their own."
    ]
    assert max(Image.open(world / "out" / "a_grid.png").size) <= 1000
    assert (world / "out" / "a_06.png").exists()


def test_a_folder_of_nothing_but_results_is_told(world):
    _complete(world)
    with pytest.raises(PictureError, match="nothing but results of earlier runs"):
        find_pairs(str(world / "out"), str(world / "mask.png"))


def test_an_input_is_never_written_over(world):
    _complete(world)
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
    notes = _Notes()
    summary = _complete(world, reporter=notes)
    assert (summary.completed, len(summary.failed), len(notes)) == (3, 2, 2)
    assert all("shorter or simpler name" in note for note in notes)


def test_names_that_are_not_utf8_are_completed(world):
    name = os.fsdecode(b"caf\xe9")
    os.rename(world / "in" / "a.png", world / "in" / f"{name}.png")
    output = os.fsdecode(os.fsencode(world / "out") + b"\xff")
    assert _again(world, output=output) == (2, 0)
    assert _again(world, output=output) == (0, 2)
    assert f"{name}_01.png" in os.listdir(output)


def test_two_forms_of_one_name_are_refused(world):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "k\u00e4the")
        Image.new("RGB", (SIDE, SIDE)).save(world / "in" / f"{name}.png")
    with pytest.raises(UsageError, match="several pictures called"):
        _complete(world)


@pytest.mark.parametrize("blind", [False, True])
def test_upper_and_lower_case_are_two_where_the_disk_says_so(world, monkeypatch, blind):
    monkeypatch.setattr(outputs, "is_case_blind", lambda folder: blind)
    Image.new("RGB", (SIDE, SIDE)).save(world / "in" / "A.png")
    if not blind:
        assert _complete(world).completed == 3
        return
    with pytest.raises(UsageError, match="upper and lower case"):
        _complete(world)


@pytest.mark.parametrize("number", range(1, 13))
def test_a_kill_between_writes_leaves_nothing_that_counts_as_done(world, number):
    """The results of other seeds were there before; journals and files are twelve."""
    _complete(world)
    request = Request(num_samples=2, seed=7)
    assert killed_at(number, lambda: _complete(world, request=request))
    for name in "ab":
        path = world / "out" / f"{name}.json"
        files = json.loads(path.read_text())["files"] if path.exists() else {}
        assert files == {name: digests.of_file(world / "out" / name) for name in files}
    assert sum(_again(world, request=request)) == 2
    assert _again(world, request=request) == (0, 2)
    found = {path.name: path.read_bytes() for path in (world / "out").glob("*.png")}
    _complete(world, request=request, output=str(world / "whole"))
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
        _complete(world)
    with pytest.raises(UsageError, match="out is a"):
        _complete(world, output=str(world / "out" / "below"))


def test_a_full_disk_stops_before_any_work(world, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs.places, "new_temporary", refuse)
    with pytest.raises(DiskError, match="No space left on device"):
        _complete(world)
    assert not (world / "out").exists()


def test_one_bad_picture_does_not_stop_the_others(world):
    (world / "in" / "aa.png").write_bytes(b"no picture")
    notes = []

    class Listener(Reporter):
        def note(self, text):
            notes.append(text)

    summary = _complete(world, reporter=Listener())
    assert (summary.completed, len(summary.failed)) == (2, 1)
    assert len(notes) == 1 and "aa.png cannot be read" in notes[0]
    with pytest.raises(PictureError, match="1 of 3 pictures could not be completed"):
        summary.check()
    assert summary.text().startswith("2 picture(s) completed, 1 failed; 2 completions")


def test_a_request_that_the_engine_refuses_stops_before_any_work(world):
    with pytest.raises(UsageError, match="painter"):
        _complete(world, request=Request(top_k=3))
    assert not (world / "out").exists()


def test_the_best_are_those_of_the_fewest_bits(world):
    _complete(world, request=Request(num_samples=5, keep=2, seed=3))
    samples = json.loads((world / "out" / "a.json").read_text())["samples"]
    assert [(sample["seed"], sample["bits"]) for sample in samples] == [(3, 3), (4, 4)]
    assert samples[0]["discriminator"] is None
