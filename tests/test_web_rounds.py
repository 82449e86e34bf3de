"""Rounds on the page: completions, variations and structures, and what they leave."""

import json
import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests import web_world
from tests.web_world import NOTHING, Engine, finished_round
from vqinpaint import Request
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.folder import complete_folder
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.desk import Desk
from vqinpaint.web.session import Session
from vqinpaint.web.turns import Turns

# Fixtures, which pytest finds by their names in this file.
desk, picture, session = web_world.desk, web_world.picture, web_world.session


def test_a_round_has_the_files_of_inpaint(session, desk, tmp_path):
    request = Request(num_samples=3, seed=5, keep=2, keep_by="difference")
    found = finished_round(session, **vars(request))
    pair = found.inputs.picture, found.inputs.mask
    complete_folder([pair], desk.engine, request, str(tmp_path / "out"))
    for path in (tmp_path / "out").iterdir():
        if path.suffix == ".png":
            with open(os.path.join(found.folder, path.name), "rb") as file:
                assert file.read() == path.read_bytes()
    samples = json.loads((tmp_path / "out" / "a_b_1.json").read_text())["samples"]
    assert found.record["samples"] == samples
    assert (
        found.captions[0] == f"1: seed {samples[0]['seed']}, {samples[0]['seed']} bits"
    )


def test_the_archive_has_everything_and_no_paths_of_this_machine(session, desk):
    archive = zipfile.ZipFile(finished_round(session, num_samples=2).archive())
    wanted = {"a_b_1.png", "a_b_1_mask.png", "a_b_1.json", "a_b_1_00.png"}
    wanted |= {"a_b_1_01.png", "a_b_1_grid.png", "a_b_1_entropy.png"}
    assert set(archive.namelist()) == wanted
    assert desk.folder.encode() not in archive.read("a_b_1.json")
    assert json.loads(archive.read("a_b_1.json"))["image"] == "a_b_1.png"


def test_known_pixels_come_back_at_full_size(session, picture):
    path = finished_round(session, num_samples=1).completion(0)
    before, after = (np.asarray(Image.open(p)) for p in (picture, path))
    hole = session.piece.mask > 127
    assert hole.sum() == 40 * 40 and (before != after)[hole].any()
    np.testing.assert_array_equal(before[~hole], after[~hole])


def test_a_completion_becomes_the_picture_of_the_next_round(session):
    first = finished_round(session, num_samples=2, seed=8)
    session.repaint(first, 1)
    with pytest.raises(PictureError, match="there is no hole"):
        session.start(Request())
    session.piece.rectangle(30, 30, 40, 40)
    second = finished_round(session, num_samples=1)
    assert second.name == "a_b_1_01" and second.number == 2
    kept, new = (
        np.asarray(Image.open(p)) for p in (first.completion(1), second.completion(0))
    )
    np.testing.assert_array_equal(kept[:30], new[:30])
    session.reopen(first)
    assert (session.piece.mask > 127).sum() == 40 * 40


def test_varying_takes_the_inner_part_of_the_hole(session):
    first = finished_round(session, num_samples=2, seed=8)
    job = session.vary(first, 0, 0.25, Request(num_samples=2))
    inner = np.argwhere(session.piece.mask > 127)
    assert job.ended(60)
    session.history.keep(job.result())
    # Again, of the same completion, gives others.
    again = session.vary(first, 0, 0.25, Request(num_samples=1))
    assert again.ended(60)
    seeds = [
        one.record["options"]["seed"] for one in (first, job.result(), again.result())
    ]
    assert seeds == [8, 10, 12]
    assert len(inner) == 400 and first.next_seed == 10
    # A square of a quarter of the pixels has half the side, around the same middle. Ties
    # between pixels of one distance to the rim may reach one pixel further.
    assert inner.min(axis=0).tolist() >= [29, 19] and inner.max() <= 50


def test_varying_that_is_refused_leaves_the_picture_as_it_is(session, picture):
    first = finished_round(session, num_samples=1)
    session.open(str(picture))
    before = session.piece.path
    too_many = session.desk.options.max_samples + 1
    with pytest.raises(UsageError, match="are asked for"):
        session.vary(first, 0, 0.5, Request(num_samples=too_many))
    assert session.piece.path == before


def test_a_structure_is_used_again(session):
    first = finished_round(session, num_samples=2)
    again = finished_round(session, structure_from=first.structure(1))
    assert again.captions == ["1: given structure"]
    assert again.record["options"]["structure_from"] == "a_b_1_structure.json:1"


def test_the_archive_of_a_given_structure_can_be_repeated(session, desk, tmp_path):
    first = finished_round(session, num_samples=3)
    again = finished_round(session, structure_from=first.structure(2), num_samples=1)
    zipfile.ZipFile(again.archive()).extractall(tmp_path / "zip")
    given = tmp_path / "zip" / again.record["options"]["structure_from"]
    request = Request(num_samples=1, structure_from=str(given))
    pair = str(tmp_path / "zip" / "a_b_1.png"), str(tmp_path / "zip" / "a_b_1_mask.png")
    complete_folder([pair], desk.engine, request, str(tmp_path / "out"))
    repeated = (tmp_path / "out" / "a_b_1_00.png").read_bytes()
    assert repeated == (tmp_path / "zip" / "a_b_1_00.png").read_bytes()
    # They are those of the third completion, not of the first.
    codes = [
        json.loads(path.read_text())["samples"][number]["windows"]
        for path, number in (
            (tmp_path / "zip" / "a_b_1.json", 0),
            (given.parent / given.name.partition(":")[0], 2),
        )
    ]
    assert codes[0] == codes[1]


class WithoutCodes(Engine):
    """Answers as models do that have neither codes nor a discriminator."""

    codes = 0

    def complete(self, *asked):
        return Completions(super().complete(*asked).pictures)


def test_models_without_codes_and_scores_have_captions_and_files(tmp_path, picture):
    desk = Desk(WithoutCodes(), PageOptions(), str(tmp_path), NOTHING, Turns(0))
    session = Session(desk)
    session.open(picture)
    session.piece.rectangle(0, 0, 30, 30)
    round = finished_round(session, num_samples=2, seed=4)
    assert round.captions == ["1: seed 4", "2: seed 5"]
    assert [os.path.basename(path) for path, _ in round.maps] == ["a_b_1_grid.png"]
