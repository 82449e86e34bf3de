"""What a visitor of the page may ask for, when, and whose files can be named."""

import os

import pytest
from PIL import Image

from tests import web_world
from tests.web_world import NOTHING, Engine, Slow, finished_round, number_of_files
from vqinpaint import Request
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.web.canvas import MOST_BYTES
from vqinpaint.web.desk import Desk
from vqinpaint.web.session import Session
from vqinpaint.web.turns import Turns

# Fixtures, which pytest finds by their names in this file.
desk, picture, session = web_world.desk, web_world.picture, web_world.session


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
    ours, theirs = (
        finished_round(session, num_samples=1),
        finished_round(other, num_samples=2, seed=9),
    )
    assert theirs.number == 1 and ours.folder != theirs.folder
    assert theirs.record["samples"][0]["seed"] == 9
    other.close()
    assert os.path.exists(ours.completion(0))


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
    assert number_of_files(session.desk) == 2 + 6


def test_completions_may_have_more_bytes_than_uploads(tmp_path, picture):
    options, folder = PageOptions(upload_megabytes=1), tmp_path / "own"
    folder.mkdir()
    session = Session(Desk(Engine(), options, str(folder), NOTHING, Turns(0)))
    session.open(picture)
    session.piece.rectangle(0, 0, 30, 30)
    round = finished_round(session, num_samples=1)
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
