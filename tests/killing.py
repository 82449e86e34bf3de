"""Kills a process at each of its writes, one after another."""

import os
import signal
import warnings

from vqinpaint.outputs import claims

_WRITERS = ("write", "move", "new_file")


def killed_at(number, work):
    """Runs `work()` in a process that is killed at a claim's write number `number`.

    Args:
      number: counted from 1; journal, files and index of a claim all count.
      work: called without arguments.

    Returns:
      Whether it came to so many writes.
    """
    with warnings.catch_warnings():
        # Threads of TensorFlow, which the child does not use, are no reason to worry.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        try:
            left = [number]
            for name in _WRITERS:
                setattr(claims, name, _counted(getattr(claims, name), left))
            work()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _counted(function, left):
    def call(*arguments, **options):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)

    return call
