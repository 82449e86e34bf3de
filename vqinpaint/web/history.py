"""The rounds of one visitor, oldest first, as many as are kept."""

from __future__ import annotations

import os

from vqinpaint.errors import UsageError
from vqinpaint.web.rounds import Round
from vqinpaint.web.storage import Storage, size_of


class History:
    """Keeps rounds, and deletes the files of those that it drops.

    Args:
      storage: in which each round has a folder.
      most: number of rounds that are kept.

    Attributes:
      rounds: oldest first.
      next_seed: the first that no round has used, those that were dropped included.
    """

    def __init__(self, storage: Storage, most: int):
        self._storage, self._most = storage, most
        self._dropped: list[int] = []
        self.rounds: list[Round] = []
        self.next_seed = 0

    def keep(self, round: Round) -> list[int]:
        """Adds a round, and drops the oldest where there are too many.

        Returns:
          Numbers of those that were dropped since the last call.
        """
        self.rounds.append(round)
        self.next_seed = max(self.next_seed, round.next_seed)
        while len(self.rounds) > self._most:
            self.drop_oldest()
        dropped, self._dropped = self._dropped, []
        return dropped

    def drop_oldest(self) -> bool:
        """Deletes the oldest round, if there is one; whether there was."""
        if not self.rounds:
            return False
        oldest = self.rounds.pop(0)
        self._storage.remove(os.path.dirname(oldest.folder))
        self._dropped.append(oldest.number)
        return True

    def round(self, number: int | None) -> Round:
        """A round by its number. Raises UsageError."""
        for one in self.rounds:
            if one.number == number:
                return one
        if self.rounds:
            raise UsageError("this round was deleted; choose another one.")
        raise UsageError("there are no results yet; complete a picture first.")

    def size(self) -> int:
        """Bytes of all rounds."""
        return sum(size_of(os.path.dirname(one.folder)) for one in self.rounds)
