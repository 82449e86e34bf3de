"""Computations of the page: their turns, their end, and how far they are."""

import threading

import numpy as np
import pytest

from tests.folder_world import SIDE, Painter
from vqinpaint import Request
from vqinpaint.errors import UsageError
from vqinpaint.reporting import SILENT
from vqinpaint.web.turns import Turns
from vqinpaint.web.work import Job, Progress, Stoppable, Stopped


class Slow(Painter):
    """An engine with codes that can be asked which groups it drew."""

    codes = 4

    def __init__(self):
        self.groups = []

    def complete(self, image, mask, seeds, request, reporter):
        self.groups.append(list(seeds))
        return super().complete(image, mask, seeds, request, reporter)


def _square():
    return np.zeros([SIDE, SIDE, 3], np.uint8), np.full([SIDE, SIDE], 255, np.uint8)


def test_groups_give_what_all_at_once_give():
    engine, seeds = Slow(), [3, 4, 5, 6, 7]
    asked = *_square(), seeds, Request(), SILENT
    together = engine.complete(*asked)
    parted = Stoppable(engine, 2, lambda: None).complete(*asked)
    assert engine.groups[1:] == [[3, 4], [5, 6], [7]]
    np.testing.assert_array_equal(parted.pictures, together.pictures)
    np.testing.assert_array_equal(parted.scores["bits"], together.scores["bits"])


def test_a_job_stops_between_groups():
    engine, begun, go = Slow(), threading.Event(), threading.Event()

    def work(check, reporter):
        wrapped = Stoppable(engine, 1, check)
        begun.set()
        go.wait()
        return wrapped.complete(*_square(), [1, 2, 3], Request(), reporter)

    job = Job(work, Turns(0))
    begun.wait()
    job.stop()
    go.set()
    assert job.ended(10) and not engine.groups
    with pytest.raises(Stopped):
        job.result()


def test_jobs_take_turns_in_their_order_and_few_may_wait():
    turns, go, order = Turns(2), threading.Event(), []

    def job(name):
        def work(check, reporter):
            go.wait()
            order.append(name)

        return Job(work, turns)

    jobs = [job("first"), job("second"), job("third")]
    assert [one.ahead for one in jobs] == [0, 1, 2]
    with pytest.raises(UsageError, match="3 computations are under way"):
        job("fourth")
    jobs[1].stop()
    assert jobs[1].ended(10)
    with pytest.raises(Stopped):
        jobs[1].result()
    # Its place is free again.
    jobs.append(job("fourth"))
    go.set()
    assert all(one.ended(10) for one in jobs)
    assert order == ["first", "third", "fourth"]
    assert job("fifth").ended(10)


def test_a_job_raises_what_its_work_raises():
    def work(check, reporter):
        raise UsageError("no such thing.")

    job = Job(work, Turns(0))
    assert job.ended(10)
    with pytest.raises(UsageError, match="no such thing"):
        job.result()


def test_progress_grows_over_rows_groups_and_windows():
    progress, shares = Progress(), []
    progress.progress("windows", 0, 2)
    for window in range(2):
        progress.progress("groups", 0, 2)
        for group in range(2):
            for row in range(5):
                progress.progress("rows of codes", row, 4)
                shares.append(progress.share())
            progress.progress("groups", group + 1, 2)
        progress.progress("windows", window + 1, 2)
    shares.append(progress.share())
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    # Halfway through the first of two groups of the first of two windows.
    assert shares[2] == 1 / 8
    progress.progress("rows of codes", 1, 8)
    progress.progress("groups", 0, 2)
    progress.progress("windows", 1, 3)
    assert progress.text() == "row 1 of 8, group 1 of 2, window 2 of 3"
