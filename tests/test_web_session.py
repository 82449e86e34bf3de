"""One visitor of the page: picture, hole, rounds and their files."""

import json
import os
import threading
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import Painter
from vqinpaint import Request
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.folder import complete_folder
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web import forms
from vqinpaint.web.cache import Cache
from vqinpaint.web.canvas import MOST_BYTES
from vqinpaint.web.desk import Desk
from vqinpaint.web.session import Session
from vqinpaint.web.storage import Storage, size_of
from vqinpaint.web.turns import Turns
from vqinpaint.web.work import Job

NOTHING = Cache("", 0)


class Engine(Painter):
    codes = 4


@pytest.fixture
def desk(tmp_path):
    options = PageOptions(max_samples=5, rounds=2, max_pixels=40_000)
    (tmp_path / "desk").mkdir()
    sent = Cache(str(tmp_path / "sent"), 10**9)
    return Desk(Engine(), options, str(tmp_path / "desk"), sent, Turns(2))


@pytest.fixture
def picture(tmp_path):
    """A picture larger than the model, whose name has characters of all kinds."""
    noise = np.random.default_rng(0).integers(0, 256, [100, 150, 3]).astype(np.uint8)
    path = tmp_path / "a <b> ü (1).PNG"
    Image.fromarray(noise).save(path)
    return str(path)


@pytest.fixture
def session(desk, picture):
    session = Session(desk)
    session.open(picture)
    session.piece.rectangle(10, 20, 50, 60)
    return session


def _round(session, **request):
    job = session.start(Request(**request))
    assert job.ended(30)
    session.history.keep(job.result())
    return job.result()


def _files(desk):
    """How many files there are of all visitors."""
    return sum(len(found) for _, _, found in os.walk(desk.folder))


def test_a_round_has_the_files_of_inpaint(session, desk, tmp_path):
    request = Request(num_samples=3, seed=5, keep=2, keep_by="difference")
    found = _round(session, **vars(request))
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
    archive = zipfile.ZipFile(_round(session, num_samples=2).archive())
    wanted = {"a_b_1.png", "a_b_1_mask.png", "a_b_1.json", "a_b_1_00.png"}
    wanted |= {"a_b_1_01.png", "a_b_1_grid.png", "a_b_1_entropy.png"}
    assert set(archive.namelist()) == wanted
    assert desk.folder.encode() not in archive.read("a_b_1.json")
    assert json.loads(archive.read("a_b_1.json"))["image"] == "a_b_1.png"


def test_known_pixels_come_back_at_full_size(session, picture):
    path = _round(session, num_samples=1).completion(0)
    before, after = (np.asarray(Image.open(p)) for p in (picture, path))
    hole = session.piece.mask > 127
    assert hole.sum() == 40 * 40 and (before != after)[hole].any()
    np.testing.assert_array_equal(before[~hole], after[~hole])


def test_a_completion_becomes_the_picture_of_the_next_round(session):
    first = _round(session, num_samples=2, seed=8)
    session.repaint(first, 1)
    with pytest.raises(PictureError, match="there is no hole"):
        session.start(Request())
    session.piece.rectangle(30, 30, 40, 40)
    second = _round(session, num_samples=1)
    assert second.name == "a_b_1_01" and second.number == 2
    kept, new = (
        np.asarray(Image.open(p)) for p in (first.completion(1), second.completion(0))
    )
    np.testing.assert_array_equal(kept[:30], new[:30])
    session.reopen(first)
    assert (session.piece.mask > 127).sum() == 40 * 40


def test_varying_takes_the_inner_part_of_the_hole(session):
    first = _round(session, num_samples=2, seed=8)
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
    first = _round(session, num_samples=1)
    session.open(str(picture))
    before = session.piece.path
    too_many = session.desk.options.max_samples + 1
    with pytest.raises(UsageError, match="are asked for"):
        session.vary(first, 0, 0.5, Request(num_samples=too_many))
    assert session.piece.path == before


def test_a_structure_is_used_again(session):
    first = _round(session, num_samples=2)
    again = _round(session, structure_from=first.structure(1))
    assert again.captions == ["1: given structure"]
    assert again.record["options"]["structure_from"] == "a_b_1_structure.json:1"


def test_the_archive_of_a_given_structure_can_be_repeated(session, desk, tmp_path):
    first = _round(session, num_samples=3)
    again = _round(session, structure_from=first.structure(2), num_samples=1)
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


def test_old_rounds_go_and_so_does_everything_at_the_end(session, desk):
    folders = [_round(session, num_samples=1).folder for _ in range(3)]
    assert [os.path.exists(os.path.dirname(f)) for f in folders] == [False, True, True]
    assert [one.number for one in session.history.rounds] == [2, 3]
    with pytest.raises(UsageError, match="this round was deleted"):
        session.history.round(1)
    session.close()
    assert not os.listdir(desk.folder)


def test_pictures_that_were_left_or_refused_leave_no_files(session, picture, tmp_path):
    before = _files(session.desk)
    (tmp_path / "bad.png").write_text("no picture")
    for _ in range(3):
        session.open(picture)
        session.piece.save_mask()
        session.piece.save_mask()
        with pytest.raises(PictureError):
            session.open(str(tmp_path / "bad.png"))
    assert _files(session.desk) == before + 1


def test_the_oldest_visitors_leave(tmp_path):
    desk = Desk(Engine(), PageOptions(sessions=2), str(tmp_path), NOTHING, Turns(0))
    visitors = [desk.welcome() for _ in range(3)]
    assert [one.is_closed for one in visitors] == [True, False, False]
    visitors[1].close()
    assert desk.visitors == [visitors[2]] and len(os.listdir(tmp_path)) == 1


def test_who_was_idle_longest_leaves_first(tmp_path):
    desk = Desk(Engine(), PageOptions(sessions=2), str(tmp_path), NOTHING, Turns(0))
    first, second = desk.welcome(), desk.welcome()
    first.seen()
    third = desk.welcome()
    assert second.is_closed and desk.visitors == [first, third]
    # A computation counts as doing something.
    go = threading.Event()
    first.job = Job(lambda check, reporter: go.wait(), desk.turns)
    fourth = desk.welcome()
    assert third.is_closed and desk.visitors == [first, fourth]
    go.set()
    assert first.job.ended(10)


def test_the_disk_is_bounded(desk, session, picture, monkeypatch):
    first, second = (_round(session, num_samples=1) for _ in range(2))
    idle = desk.welcome()
    idle.open(picture)
    active = desk.welcome()
    active.open(picture)

    def allow(size):
        # Half of the space is for visitors' own folders.
        bound = property(lambda self: 2 * size)
        monkeypatch.setattr(PageOptions, "most_on_disk", bound)

    # Who has done nothing for long leaves first.
    monkeypatch.setattr(idle, "_seen_at", idle._seen_at - 1000)
    allow(size_of(desk.folder) - 1)
    session.open(picture)
    assert (
        idle.is_closed
        and not active.is_closed
        and session.history.rounds == [first, second]
    )
    # Then own rounds go, and no others' pictures.
    allow(size_of(desk.folder) - 1)
    session.open(picture)
    assert session.history.rounds == [second] and not os.path.exists(first.folder)
    with pytest.raises(UsageError, match="this round was deleted"):
        session.history.round(1)
    # Nothing is deleted where that would not suffice.
    allow(0)
    for take in (lambda: session.open(picture), lambda: _round(session, num_samples=1)):
        session.piece.rectangle(0, 0, 9, 9)
        with pytest.raises(UsageError, match="MB for pictures are used up"):
            take()
    assert session.history.rounds == [second] and not active.is_closed
    assert os.path.exists(session.piece.path)
    allow(10**9)
    job = session.start(Request(num_samples=1))
    assert job.ended(30) and session.history.keep(job.result()) == [1]


def test_old_files_of_the_cache_go_when_there_are_too_many(tmp_path, monkeypatch):
    cache = Cache(str(tmp_path), 1000)
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(450))
    # They may just be on their way to a browser.
    assert not cache.has_room() and len(list(tmp_path.glob("*/file"))) == 3
    monkeypatch.setattr("vqinpaint.web.cache._FRESH", -1.0)
    assert cache.has_room() and len(list(tmp_path.glob("*/file"))) == 2
    # What belongs to the page stays, and does not count.
    cache.keep_present()
    (tmp_path / "a" / "further").write_bytes(bytes(1001))
    assert cache.has_room() and len(list(tmp_path.glob("*/*"))) == 2
    assert Cache(str(tmp_path / "missing"), 0).has_room()


def test_cancelling_counts_from_the_moment_at_which_a_button_is_pressed(session):
    session.announce()
    session.cancel()  # before the canvas arrives
    assert session.start(Request(num_samples=1)).is_stopped
    session.cancel()  # of nothing
    session.announce()
    job = session.start(Request(num_samples=1))
    assert not job.is_stopped and job.ended(30) and job.result()


def test_visitors_share_nothing_but_the_engine(desk, session, picture):
    other = Session(desk)
    with pytest.raises(PictureError, match="there is no picture"):
        other.start(Request())
    other.open(picture)
    other.piece.rectangle(0, 0, 9, 9)
    ours, theirs = _round(session, num_samples=1), _round(other, num_samples=2, seed=9)
    assert theirs.number == 1 and ours.folder != theirs.folder
    assert theirs.record["samples"][0]["seed"] == 9
    other.close()
    assert os.path.exists(ours.completion(0))


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
    round = _round(session, num_samples=2, seed=4)
    assert round.captions == ["1: seed 4", "2: seed 5"]
    assert [os.path.basename(path) for path, _ in round.maps] == ["a_b_1_grid.png"]


class Slow(Engine):
    """Completes when it is told to."""

    def __init__(self):
        self.go = threading.Event()

    def complete(self, *asked):
        self.go.wait()
        return super().complete(*asked)


def test_a_visitor_has_one_computation_at_a_time(tmp_path, picture):
    engine, folder = Slow(), tmp_path / "own"
    folder.mkdir()
    session = Session(
        Desk(engine, PageOptions(at_once=1), str(folder), NOTHING, Turns(3))
    )
    session.open(picture)
    session.piece.rectangle(0, 0, 30, 30)
    job = session.start(Request(num_samples=2))
    with pytest.raises(UsageError, match="a computation is under way"):
        session.start(Request(num_samples=1))
    job.stop()
    # Its files are its own: the visitor may go on at once.
    session.open(picture)
    session.piece.rectangle(5, 5, 9, 9)
    after = session.start(Request(num_samples=1))
    engine.go.set()
    assert job.ended(10) and after.ended(10)
    assert after.result().number == 2
    # The visitor's picture and its canvas; of the second round picture, mask, completion, sheet, map and
    # JSON; nothing of the first.
    assert _files(session.desk) == 2 + 6


def test_what_is_cancelled_while_it_waits_leaves_no_files(tmp_path, picture):
    engine, folder = Slow(), tmp_path / "own"
    folder.mkdir()
    desk = Desk(engine, PageOptions(), str(folder), NOTHING, Turns(3))
    first, waiting = Session(desk), Session(desk)
    for session in (first, waiting):
        session.open(picture)
        session.piece.rectangle(0, 0, 30, 30)
    job = first.start(Request(num_samples=1))
    before = _files(desk)
    for _ in range(3):
        cancelled = waiting.start(Request(num_samples=1))
        cancelled.stop()
        assert cancelled.ended(30)
    assert _files(desk) == before
    engine.go.set()
    assert job.ended(30)


def test_what_ends_after_its_visitor_left_leaves_no_files(tmp_path, picture):
    engine, folder = Slow(), tmp_path / "own"
    folder.mkdir()
    session = Session(Desk(engine, PageOptions(), str(folder), NOTHING, Turns(3)))
    session.open(picture)
    session.piece.rectangle(0, 0, 30, 30)
    job = session.start(Request(num_samples=1))
    deadline = time.monotonic() + 30
    while not job.seconds and time.monotonic() < deadline:
        time.sleep(0.01)
    session.close()
    engine.go.set()
    assert job.ended(30) and not os.listdir(folder)


def test_what_is_written_after_the_end_goes(tmp_path):
    storage = Storage(str(tmp_path))
    place = storage.new()
    with pytest.raises(UsageError, match="this visit has ended"):
        with storage.kept_on_success(place):
            storage.close()
            os.makedirs(place)
    assert not os.listdir(tmp_path)


def test_completions_may_have_more_bytes_than_uploads(tmp_path, picture):
    options, folder = PageOptions(upload_megabytes=1), tmp_path / "own"
    folder.mkdir()
    session = Session(Desk(Engine(), options, str(folder), NOTHING, Turns(0)))
    session.open(picture)
    session.piece.rectangle(0, 0, 30, 30)
    round = _round(session, num_samples=1)
    with open(round.completion(0), "ab") as file:
        file.write(bytes(1_000_001))  # which readers of PNG pass over
    session.repaint(round, 0)
    assert os.path.getsize(session.piece.path) > 1_000_000


def test_bounds_are_kept(session, tmp_path):
    with pytest.raises(UsageError, match="at most 5 at a time"):
        session.start(Request(num_samples=6))
    with pytest.raises(UsageError, match="top_k cannot be asked of a painter"):
        session.start(Request(num_samples=1, top_k=3))
    Image.new("RGB", (300, 200)).save(tmp_path / "large.png")
    with pytest.raises(PictureError, match="more than 40,000") as caught:
        session.open(str(tmp_path / "large.png"))
    told = session.told(str(caught.value))
    # Without a flag, which visitors cannot give.
    assert told == (
        "the image large.png has 300x200 pixels, more than 40,000; shrink it."
    )
    small = PageOptions(upload_megabytes=1)
    bounded = Session(Desk(Engine(), small, str(tmp_path), NOTHING, Turns(0)))
    (tmp_path / "heavy.png").write_bytes(bytes(1_000_001))
    with pytest.raises(PictureError, match=r"heavy\.png has 1 MB; at most 1 MB"):
        bounded.open(str(tmp_path / "heavy.png"))


def test_the_form_becomes_a_request():
    options = forms.options_of(4.0, 7, 0.5, 0, 1, 2, "most different")
    request = Request(**options)
    assert (request.num_samples, request.seed, request.temperature) == (4, 7, 0.5)
    assert (request.keep, request.keep_by) == (2, "difference")
    for values, words in (
        ((None, 0, 1, 0, 1, 0, "likeliest"), "Number is empty"),
        ((1, 0.5, 1, 0, 1, 0, "likeliest"), "seed is 0.5; give a whole"),
        ((1, 0, 1, 0, 1, 0, "by luck"), "Keep the: take one of"),
        ((1, float("nan"), 1, 0, 1, 0, "likeliest"), "seed is nan"),
    ):
        with pytest.raises(UsageError, match=words):
            forms.options_of(*values)


def test_status_is_text_for_people_not_markup():
    assert "&lt;b&gt;" in forms.status("<b>")
    assert 'role="status"' in forms.status("x") and "<progress" not in forms.status("x")
    assert 'value="0.250"' in forms.status("x", 0.25)


def test_nothing_but_uploads_can_be_named(session, desk, tmp_path, picture):
    (tmp_path / "sent").mkdir()
    for path in (
        picture,
        "",
        None,
        f"{desk.cache.folder}/../sentinel.png",
        desk.cache.folder,
    ):
        for take in (session.upload, session.upload_mask):
            with pytest.raises(PictureError, match="was not uploaded"):
                take(path)
    os.symlink(picture, tmp_path / "sent" / "link.png")
    with pytest.raises(PictureError, match="was not uploaded"):
        session.upload(f"{desk.cache.folder}/link.png")
    with pytest.raises(PictureError, match="was not uploaded"):
        session.paint([picture])
    (tmp_path / "sent" / "heavy.png").write_bytes(bytes(MOST_BYTES + 1))
    with pytest.raises(PictureError, match="the canvas has"):
        session.paint([f"{desk.cache.folder}/heavy.png"])
    Image.new("RGBA", (450, 300), "red").save(tmp_path / "sent" / "layer.png")
    session.paint([f"{desk.cache.folder}/layer.png"])
    assert (session.piece.mask > 127).all()
    Image.open(picture).save(tmp_path / "sent" / "b.png")
    session.upload(f"{desk.cache.folder}/b.png")
    assert session.piece.path.endswith("/b.png")
