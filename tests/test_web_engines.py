"""The page's rounds with models of this project: in this process, and on a server."""

import os

import numpy as np
import pytest

from tests import stand_in
from tests.commands import ROOT
from vqinpaint import Request
from vqinpaint.completing.folder import complete_folder
from vqinpaint.completing.local import LocalEngine
from vqinpaint.completing.served import ServedEngine
from vqinpaint.options.page import PageOptions
from vqinpaint.servers.connecting import connect
from vqinpaint.web.cache import Cache
from vqinpaint.web.desk import Desk
from vqinpaint.web.turns import Turns

MODEL = ROOT / "saved_models" / "demo"


@pytest.fixture(scope="module")
def local():
    return LocalEngine(str(MODEL))


@pytest.fixture(scope="module")
def served():
    """A row of the server holds four completions."""
    with stand_in.serve(str(MODEL / "1")) as (_, urls):
        yield ServedEngine(connect(urls["rest"], "tiny", None, 60.0), "tiny")


@pytest.mark.parametrize("kind", ["local", "served"])
def test_groups_of_any_size_give_the_bytes_of_inpaint(request, local, tmp_path, kind):
    engine = request.getfixturevalue(kind)
    # Three together do not fill whole rows of the server.
    options = PageOptions(at_once=3)
    (tmp_path / "desk").mkdir()
    desk = Desk(engine, options, str(tmp_path / "desk"), Cache("", 0), Turns(0))
    visitor = desk.welcome()
    visitor.open(str(ROOT / "examples" / "images" / "bear.png"))
    visitor.piece.rectangle(20, 10, 50, 40)
    asked = Request(num_samples=7, seed=5, keep=4, keep_by="difference")
    job = visitor.start(asked)
    assert job.ended(120)
    round = job.result()
    assert job.progress.share() == 1
    pair = round.inputs.picture, round.inputs.mask
    complete_folder([pair], local, asked, str(tmp_path / "inpaint"))
    for index in range(4):
        name = os.path.basename(round.completion(index))
        wanted = (tmp_path / "inpaint" / name).read_bytes()
        with open(round.completion(index), "rb") as file:
            assert file.read() == wanted
    seeds = [sample["seed"] for sample in round.record["samples"]]
    assert len(set(seeds)) == 4 and np.isin(seeds, asked.seeds).all()
