"""A profile of some steps, for TensorBoard's profile page."""

import contextlib

import tensorflow as tf

FIRST = 10  # steps before it are taken up by tracing and filling queues


class Profiler:
    """Profiles `steps` steps of this process, once.

    Args:
      folder: where TensorBoard looks.
      steps: how many; 0 = none.
    """

    def __init__(self, folder, steps):
        self._folder, self._left, self._seen = folder, steps, 0
        self._running = False

    @contextlib.contextmanager
    def step(self, number):
        """Around step `number`, the wait for its batch included."""
        if self._left and self._seen >= FIRST:
            if not self._running:
                tf.profiler.experimental.start(self._folder)
                self._running = True
            self._left -= 1
        self._seen += 1
        # Without these marks the page cannot tell one step from the next.
        with tf.profiler.experimental.Trace("train", step_num=number, _r=1):
            yield
        if self._running and not self._left:
            self.stop()

    def stop(self):
        """Writes the profile, if one is being taken."""
        if self._running:
            tf.profiler.experimental.stop()
            self._running = False
