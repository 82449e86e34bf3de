"""What a training loop does now and then."""


class Due:
    """What is due after a step; after the last one everything is.

    Args:
      step: number of steps taken.
      last: whether no further step follows.
    """

    def __init__(self, step: int, last: bool):
        self._step, self._last = step, last

    def every(self, *intervals: int) -> bool:
        """Whether something is due that comes at each of these intervals of steps.

        An interval of 0 comes after the last step alone.
        """
        return self._last or any(i and self._step % i == 0 for i in intervals)
