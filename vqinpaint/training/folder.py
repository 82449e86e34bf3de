"""A stage's folder while it is trained in: its lock and its exact losses."""

import contextlib
import fcntl
import os

from vqinpaint.errors import ModelError


@contextlib.contextmanager
def only_writer(folder):
    """Holds the folder for this process; the lock dies with it.

    Raises:
      ModelError: another process trains in this folder.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ModelError(
                f"{folder} is in use by process {file.read().strip()}; wait for it or "
                "choose another --run_dir."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class ExactLosses:
    """A file with one line a step, "STEP HEX", that two runs can be compared by.

    Args:
      folder: of the stage.
    """

    def __init__(self, folder):
        self._path = os.path.join(folder, "losses.txt")

    def add(self, first, losses):
        """Appends the losses of the steps from `first` on."""
        lines = [f"{i} {loss.hex()}\n" for i, loss in enumerate(losses, start=first)]
        with open(self._path, "a", encoding="ascii") as file:
            file.writelines(lines)

    def forget_after(self, step):
        """Drops what a killed run wrote after its last checkpoint, and half lines."""
        if not os.path.exists(self._path):
            return
        with open(self._path, encoding="ascii") as file:
            lines = file.readlines()
        whole = (line for line in lines if line.endswith("\n"))
        kept = [line for line in whole if int(line.split()[0]) <= step]
        temporary = f"{self._path}.new"
        with open(temporary, "w", encoding="ascii") as file:
            file.writelines(kept)
        os.replace(temporary, self._path)
