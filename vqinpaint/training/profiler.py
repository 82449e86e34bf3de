"""A profile of some steps, for TensorBoard's profile page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from vqinpaint.files.plain_paths import plain_path

FIRST = 10  # the steps before it spend their time on tracing and filling queues


class Profiler:
    """Profiles some steps of this process, once, after the first `FIRST` ones.

    Args:
      folder: where TensorBoard looks for its events.
      steps: how many to profile; 0 turns the profiler off.
    """

    def __init__(self, folder: str, steps: int):
        self._folder, self._left, self._seen = folder, steps, 0
        self._running = False

    @contextlib.contextmanager
    def step(self, number: int) -> Iterator[None]:
        """Context around step `number`, from 1, that includes the wait for its batch."""
        if self._left and self._seen >= FIRST:
            if not self._running:
                tf.profiler.experimental.start(plain_path(self._folder))
                self._running = True
            self._left -= 1
        self._seen += 1
        # TensorBoard tells one step from the next by these marks.
        with tf.profiler.experimental.Trace("train", step_num=number, _r=1):
            yield
        if self._running and not self._left:
            self.stop()

    def stop(self) -> None:
        """Writes the profile, if one is being taken."""
        if self._running:
            tf.profiler.experimental.stop()
            self._running = False
