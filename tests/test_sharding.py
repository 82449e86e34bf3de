"""Runs that share the pictures of a folder, and lists of pictures."""

import os

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import SIDE, Painter, make_world, results
from vqinpaint import Request
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.sharding import Shard


@pytest.fixture
def world(tmp_path):
    make_world(tmp_path)
    for number in range(8):
        picture = Image.new("RGB", (SIDE, SIDE), (number, 0, 0))
        picture.save(tmp_path / "in" / f"more{number}.png")
    return tmp_path


def _complete(world, shard="1/1", output="out", images="in"):
    pairs = find_pairs(
        str(world / images), str(world / "mask.png"), shard=Shard.parse(shard)
    )
    where = str(world / output)
    return complete_folder(pairs, Painter(), Request(num_samples=2), where)


def test_parts_together_leave_what_one_run_leaves(world):
    whole = _complete(world, output="whole")
    parts = [_complete(world, f"{number}/3") for number in (3, 1, 2)]
    assert sum(part.completed for part in parts) == whole.completed == 10
    assert all(part.completed < 10 for part in parts)
    assert results(world / "out") == results(world / "whole")
    assert _complete(world, "2/3").done_already == parts[2].completed
    assert _complete(world).done_already == 10


def test_a_part_keeps_its_pictures_when_others_come(world):
    def found():
        pairs = find_pairs(
            str(world / "in"), str(world / "mask.png"), shard=Shard(1, 2)
        )
        return {os.path.basename(image) for image, _ in pairs}

    before = found()
    Image.new("RGB", (SIDE, SIDE)).save(world / "in" / "0.png")
    assert found() - {"0.png"} == before


def test_every_name_is_in_one_part_of_about_equal_size():
    shards = [Shard(number, 4) for number in range(1, 5)]
    names = [f"{number:05d}" for number in range(4000)] + [os.fsdecode(b"caf\xe9")]
    held = np.array([[shard.holds(name) for name in names] for shard in shards])
    assert (held.sum(axis=0) == 1).all()
    # Each has a binomial number of pictures, of standard deviation 27.
    assert (abs(held.sum(axis=1) - 1000) < 5 * 27).all()


def test_names_that_differ_in_case_alone_are_in_one_part():
    for number in range(1, 8):
        assert Shard(number, 7).holds("Stra\u00dfe") == Shard(number, 7).holds(
            "STRASSE"
        )


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/4", "a/b"])
def test_other_parts_are_refused_by_one_line(text):
    with pytest.raises(UsageError, match=f"^--shard={text}: give I/N.*count from 1"):
        Shard.parse(text)


def test_a_part_without_pictures_says_so(world):
    (world / "one").mkdir()
    Image.new("RGB", (SIDE, SIDE)).save(world / "one" / "cat.png")
    told = [_complete(world, f"{n}/2", images="one").text() for n in (1, 2)]
    assert sorted(text[:10] for text in told) == ["1 picture(", "no picture"]


def test_a_list_names_pictures_of_any_folder(world):
    (world / "list.txt").write_text("# pictures\nin/a.png\n\nin/no.png\nin/b.png\n")
    summary = _complete(world, images="list.txt")
    assert summary.completed == 2
    assert summary.failed == [os.path.join(str(world), "in/no.png")]


def test_masks_may_be_listed_too(world):
    for name in "ba":
        os.link(world / "mask.png", world / f"{name}_mask.png")
    (world / "list.txt").write_text("in/a.png\nin/b.png")
    (world / "masks.txt").write_text("b_mask.png\na_mask.png")
    pairs = find_pairs(str(world / "list.txt"), str(world / "masks.txt"))
    names = [tuple(map(os.path.basename, pair)) for pair in pairs]
    assert names == [("a.png", "a_mask.png"), ("b.png", "b_mask.png")]
    # A list of one mask is no mask for all.
    (world / "masks.txt").write_text("a_mask.png")
    with pytest.raises(PictureError, match=r"b\.png has no mask of the same name"):
        find_pairs(str(world / "list.txt"), str(world / "masks.txt"))


@pytest.mark.parametrize("data, words", [(b"# none\n", "no picture"), (b"\0", "text")])
def test_a_list_of_nothing_is_refused(world, data, words):
    (world / "list.txt").write_bytes(data)
    with pytest.raises(PictureError, match=words):
        _complete(world, images="list.txt")
