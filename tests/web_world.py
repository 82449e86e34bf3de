"""A visitor of the page with a picture and a hole in it, and engines that paint."""

import os
import threading

import numpy as np
import pytest
from PIL import Image

from tests.folder_world import Painter
from vqinpaint import Request
from vqinpaint.options.page import PageOptions
from vqinpaint.web.cache import Cache
from vqinpaint.web.desk import Desk
from vqinpaint.web.session import Session
from vqinpaint.web.turns import Turns

NOTHING = Cache("", 0)


class Engine(Painter):
    """Paints, and has codes."""

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


def finished_round(session, **request):
    """The round of such a request, when it has been kept."""
    job = session.start(Request(**request))
    assert job.ended(30)
    session.history.keep(job.result())
    return job.result()


def number_of_files(desk):
    """How many files there are of all visitors."""
    return sum(len(found) for _, _, found in os.walk(desk.folder))


class Slow(Engine):
    """Completes when it is told to."""

    def __init__(self):
        self.go = threading.Event()

    def complete(self, *asked):
        self.go.wait()
        return super().complete(*asked)
