"""Work that must be done in time."""

import threading
import time

import pytest

from vqinpaint.errors import UsageError
from vqinpaint.servers.deadline import check_timeout, within


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e10, float("inf"), float("nan")])
def test_a_timeout_that_cannot_be_is_told(seconds):
    with pytest.raises(UsageError, match="give seconds above 0"):
        check_timeout(seconds)
    check_timeout(0.5)


def test_what_is_done_in_time_is_returned_or_raised():
    assert within(30.0, lambda: 3) == 3
    with pytest.raises(KeyError, match="x"):
        within(30.0, lambda: {}["x"])


def test_what_takes_longer_is_left_behind():
    start, end = time.monotonic(), threading.Event()
    with pytest.raises(TimeoutError):
        within(0.1, end.wait)
    end.set()
    assert time.monotonic() - start < 5


def test_a_timeout_of_the_work_itself_is_told_as_one():
    def late():
        raise TimeoutError("x")

    with pytest.raises(TimeoutError, match="x"):
        within(30.0, late)
