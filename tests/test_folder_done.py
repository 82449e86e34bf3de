"""A folder of pictures: what is done already, and what is stale."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import (
    SIDE,
    Notes,
    Painter,
    again,
    complete,
    contents,
    make_world,
)
from vqinpaint import Request
from vqinpaint.completing.folder import find_pairs
from vqinpaint.errors import PictureError
from vqinpaint.files import digests


@pytest.fixture
def world(tmp_path):
    return make_world(tmp_path)


def test_the_same_again_is_done_already(world):
    assert complete(world).completed == 2
    before = os.stat(world / "out" / "a_00.png").st_mtime_ns
    assert again(world) == (0, 2)
    assert os.stat(world / "out" / "a_00.png").st_mtime_ns == before
    assert again(world, overwrite=True) == (2, 0)


def test_another_file_of_an_older_date_is_not_done(world):
    complete(world)
    Image.new("RGB", (SIDE, SIDE), "red").save(world / "in" / "b.png")
    os.utime(world / "in" / "b.png", (0, 0))
    assert again(world) == (1, 1)
    Image.new("L", (SIDE, SIDE), 255).save(world / "mask.png")
    os.utime(world / "mask.png", (0, 0))
    assert again(world) == (2, 0)


def test_a_file_that_was_only_touched_is_done(world):
    complete(world)
    os.utime(world / "in" / "a.png")
    assert again(world) == (0, 2)


def test_a_model_that_was_trained_on_is_another_one(world):
    complete(world)
    engine = Painter()
    engine.fingerprint = "second weights"
    assert again(world, engine=engine) == (2, 0)


def test_another_request_is_not_done(world):
    complete(world)
    assert again(world, request=Request(num_samples=2, temperature=0.5)) == (2, 0)


def test_an_edited_structure_is_not_done(world):
    request = Request(structure_from=str(world / "guide.png"))
    complete(world, request=request)
    assert again(world, request=request) == (0, 2)
    first = np.asarray(Image.open(world / "out" / "a_00.png"))
    Image.new("RGB", (SIDE, SIDE), "black").save(world / "guide.png")
    assert again(world, request=request) == (2, 0)
    assert (np.asarray(Image.open(world / "out" / "a_00.png")) != first).any()


def test_a_result_that_was_deleted_is_made_again(world):
    complete(world)
    (world / "out" / "a_01.png").unlink()
    assert again(world) == (1, 1)
    assert (world / "out" / "a_01.png").exists()


def test_results_of_an_older_version_are_made_again(world):
    complete(world)
    facts = json.loads((world / "out" / "a.json").read_text())
    facts.pop("fingerprints")
    (world / "out" / "a.json").write_text(json.dumps(facts))
    assert again(world) == (1, 1)


def test_files_that_a_damaged_json_no_longer_lists_stay(world):
    complete(world)
    whole = (world / "out" / "b.json").read_bytes()
    for damaged in (b"", b"{", whole[:100], b"[]", whole[:-3]):
        (world / "out" / "b.json").write_bytes(damaged)
        notes = Notes()
        assert again(world, reporter=notes) == (0, 1)
        assert "exists and is not a file that vqinpaint wrote" in notes[-1]
        assert (world / "out" / "b.json").read_bytes() == damaged


def test_a_result_that_was_cut_or_mixed_up_is_made_again(world):
    complete(world)
    whole = (world / "out" / "a_01.png").read_bytes()
    (world / "out" / "a_01.png").write_bytes(whole[:-20])
    assert again(world) == (1, 1)
    assert (world / "out" / "a_01.png").read_bytes() == whole
    # Of a run of other seeds that was killed; of an older date, too.
    (world / "out" / "b_00.png").write_bytes((world / "out" / "b_01.png").read_bytes())
    os.utime(world / "out" / "b_00.png", (0, 0))
    assert again(world) == (1, 1)
    for name in ("a_grid.png", "b_entropy.png"):
        (world / "out" / name).write_bytes(b"")
    assert again(world) == (2, 0)


def test_a_result_that_somebody_changed_is_made_again_and_kept(world):
    complete(world)
    before = contents(world / "out")
    for colour in ("red", "blue"):
        Image.new("RGB", (70, 50), colour).save(world / "out" / "a_00.png")
        notes = Notes()
        assert again(world, reporter=notes) == (1, 1)
        assert [n for n in notes if n.startswith("note: a_00.png had been changed")]
    after = contents(world / "out")
    assert {name: after[name] for name in before if name != "a.json"} == {
        name: before[name] for name in before if name != "a.json"
    }
    kept = [Image.open(world / "out" / f"a_00.png.bak{i}") for i in ("", "1")]
    assert [image.getpixel((0, 0)) for image in kept] == [(255, 0, 0), (0, 0, 255)]


def test_a_users_file_of_the_name_of_a_larger_runs_result_is_kept(world):
    complete(world, request=Request(num_samples=8))
    Image.new("RGB", (70, 50), "red").save(world / "out" / "a_07.png")
    complete(world, request=Request(num_samples=2))
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
    complete(world)
    path = world / "out" / "a.json"
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))
    for name in facts["files"].keys() ^ {
        *("a_00.png", "a_01.png", "a_grid.png", "a_entropy.png")
    }:
        (world / "out" / name).unlink()
    assert again(world) == (1, 1)


def test_a_single_mask_in_a_folder_is_that_of_its_name(world):
    (world / "masks").mkdir()
    shutil.copy(world / "mask.png", world / "masks" / "a_mask001.png")
    with pytest.raises(PictureError, match=r"b\.png has no mask of the same name"):
        find_pairs(str(world / "in"), str(world / "masks"))


def test_a_picture_without_a_hole_has_no_sheet_to_look_at(world):
    for path in (world / "in").iterdir():
        Image.new("RGB", (100, 80)).save(path)
    Image.new("L", (100, 80)).save(world / "mask.png")
    assert complete(world).last_sheet is None


def test_the_json_lists_every_file_with_its_digest(world):
    complete(world)
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
    complete(world, request=Request(num_samples=8))
    (world / "out" / "a_09.png").write_text("mine")
    (world / "out" / "a_note.png").write_text("mine")
    complete(world, request=Request(num_samples=2))
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
    complete(world, request=guided)
    assert not (world / "out" / "b_01.png").exists()
    assert not (world / "out" / "b_entropy.png").exists()
