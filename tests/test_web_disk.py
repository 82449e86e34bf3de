"""Which visitors, rounds and files of the page stay, and which go when."""

import os
import threading
import time

import pytest

from tests import web_world
from tests.web_world import NOTHING, Engine, Slow, finished_round, number_of_files
from vqinpaint import Request
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.cache import Cache
from vqinpaint.web.desk import Desk
from vqinpaint.web.session import Session
from vqinpaint.web.storage import Storage, size_of
from vqinpaint.web.turns import Turns
from vqinpaint.web.work import Job

# Fixtures, which pytest finds by their names in this file.
desk, picture, session = web_world.desk, web_world.picture, web_world.session


def test_old_rounds_go_and_so_does_everything_at_the_end(session, desk):
    folders = [finished_round(session, num_samples=1).folder for _ in range(3)]
    assert [os.path.exists(os.path.dirname(f)) for f in folders] == [False, True, True]
    assert [one.number for one in session.history.rounds] == [2, 3]
    with pytest.raises(UsageError, match="this round was deleted"):
        session.history.round(1)
    session.close()
    assert not os.listdir(desk.folder)


def test_pictures_that_were_left_or_refused_leave_no_files(session, picture, tmp_path):
    before = number_of_files(session.desk)
    (tmp_path / "bad.png").write_text("no picture")
    for _ in range(3):
        session.open(picture)
        session.piece.save_mask()
        session.piece.save_mask()
        with pytest.raises(PictureError):
            session.open(str(tmp_path / "bad.png"))
    assert number_of_files(session.desk) == before + 1


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
    first, second = (finished_round(session, num_samples=1) for _ in range(2))
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
    for take in (
        lambda: session.open(picture),
        lambda: finished_round(session, num_samples=1),
    ):
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


def test_what_is_cancelled_while_it_waits_leaves_no_files(tmp_path, picture):
    engine, folder = Slow(), tmp_path / "own"
    folder.mkdir()
    desk = Desk(engine, PageOptions(), str(folder), NOTHING, Turns(3))
    first, waiting = Session(desk), Session(desk)
    for session in (first, waiting):
        session.open(picture)
        session.piece.rectangle(0, 0, 30, 30)
    job = first.start(Request(num_samples=1))
    before = number_of_files(desk)
    for _ in range(3):
        cancelled = waiting.start(Request(num_samples=1))
        cancelled.stop()
        assert cancelled.ended(30)
    assert number_of_files(desk) == before
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
