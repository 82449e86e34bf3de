"""One visitor: a picture with a hole, and the rounds so far."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vqinpaint import outputs
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files.regular import read_regular
from vqinpaint.options.request import Request
from vqinpaint.pictures import files, formats
from vqinpaint.web import wording
from vqinpaint.web.canvas import MOST_BYTES
from vqinpaint.web.piece import Piece
from vqinpaint.web.rounds import Inputs, Round, complete_round
from vqinpaint.web.storage import Storage
from vqinpaint.web.work import Job, Stoppable

if TYPE_CHECKING:
    from vqinpaint.web.desk import Desk

_LONGEST_NAME = 60


class Session:
    """The state of one visitor's page. Its files go with `close`.

    Attributes:
      received: path of the picture that was uploaded last, or "".
      rounds: results so far, oldest first.
      job: the last computation, or None.
      is_closed: whether the visit has ended.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        self._storage = Storage(desk.folder)
        self.received = ""
        self._piece: Piece | None = None
        self._number_of_rounds = 0
        self.rounds: list[Round] = []
        self.job: Job[Round] | None = None
        self._is_cancelled = False  # the next job, before it has begun
        self._seen_at = time.monotonic()
        self.is_closed = False

    def close(self) -> None:
        """Stops what is under way and deletes all files."""
        self.is_closed = True
        if self.job:
            self.job.stop()
        if self in self.desk.visitors:
            self.desk.visitors.remove(self)
        self._storage.close()

    def seen(self) -> None:
        """Notes that the visitor has just done something."""
        self._seen_at = time.monotonic()
        if self in self.desk.visitors:
            self.desk.visitors.remove(self)
            self.desk.visitors.append(self)

    @property
    def idle_for(self) -> float:
        """Seconds since the visitor did something."""
        return time.monotonic() - self._seen_at

    @property
    def is_busy(self) -> bool:
        """Whether a computation is under way or waits."""
        job = self.job
        return job is not None and not job.ended(0) and not job.is_stopped

    @property
    def piece(self) -> Piece:
        """The picture and its hole. Raises PictureError before one is chosen."""
        if not self._piece:
            raise PictureError("there is no picture; upload one, or take an example.")
        return self._piece

    @property
    def has_piece(self) -> bool:
        """Whether a picture is chosen."""
        return self._piece is not None

    def open(self, path: str, mask: str = "") -> None:
        """Takes a picture, of which a copy is kept.

        Args:
          path: of the file.
          mask: path of its mask; "" begins without a hole.

        Raises:
          PictureError: no readable picture, or one that is too large.
        """
        data = self._read(path, "image")
        self.desk.make_room(self)
        place, before = self._storage.new(), self._piece
        with self._storage.kept_on_success(place):
            copy = os.path.join(place, _tame(os.path.basename(path)))
            outputs.write(copy, data)
            piece = Piece(copy, self.desk.options.reading, before)
            if mask:
                piece.load_mask(mask)
        self._piece = piece
        if before:
            self._storage.remove(os.path.dirname(before.path))

    def upload(self, path: str) -> None:
        """Takes an uploaded picture; see `open`. Raises PictureError for other files."""
        self._require_uploaded(path)
        self.open(path)

    def upload_mask(self, path: str) -> str:
        """Takes an uploaded mask as the hole.

        Returns:
          What was done to make it fit, or "".

        Raises:
          PictureError: no readable mask of such a picture, or no uploaded file.
        """
        self._require_uploaded(path)
        self._read(path, "mask")
        return self.piece.load_mask(path)

    def paint(self, layers: Sequence[str]) -> None:
        """Takes over what is painted on the canvas.

        Args:
          layers: paths of the uploaded layers.

        Raises:
          PictureError: other files, or no layers of the picture's canvas.
        """
        found = []
        for path in layers:
            self._require_uploaded(path)
            found.append(read_regular(path, MOST_BYTES, "the canvas", PictureError))
        self.piece.strokes(found)

    def announce(self) -> None:
        """A request and its canvas follow: from now on `cancel` concerns that one."""
        self._is_cancelled = False
        if self._piece:
            self._piece.announce()

    def cancel(self) -> None:
        """Stops the computation under way, or the one that is announced."""
        self._is_cancelled = True
        if self.job:
            self.job.stop()

    def start(self, request: Request) -> Job[Round]:
        """Begins to complete the picture.

        Raises:
          PictureError: there is no picture, or no hole in it.
          UsageError: the engine or the page refuses the request, or the visitor's last
            one is still under way.
        """
        if not self.piece.has_hole:
            raise PictureError("there is no hole; paint one, or upload a mask.")
        self._require_possible(request)
        self.desk.make_room(self)
        place = self._storage.new()
        with self._storage.kept_on_success(place):
            self.job = self._begun(place, request)
        if self._is_cancelled:
            self.job.stop()
        self._is_cancelled = False
        return self.job

    def _begun(self, place, request):
        """A job that completes copies of the picture and the hole, put into a place."""
        options, desk, piece = self.desk.options, self.desk, self.piece
        # Copies of its own, whatever the visitor does meanwhile.
        picture = _copied(piece.path, place, os.path.basename(piece.path))
        inputs = Inputs(picture, piece.save_mask(place))
        if request.structure_from:
            source, _, sample = request.structure_from.rpartition(":")
            given = _copied(source, place, f"{files.stem(picture)}_structure.json")
            inputs = dataclasses.replace(inputs, structure=given)
            request = dataclasses.replace(request, structure_from=f"{given}:{sample}")
        self._number_of_rounds += 1
        number = self._number_of_rounds

        def work(check, reporter):
            engine = Stoppable(desk.engine, options.at_once, check)
            with self._storage.kept_on_success(place):
                return complete_round(
                    *(number, inputs, os.path.join(place, "results"), engine),
                    *(request, reporter, options.reading),
                )

        return Job(work, desk.turns)

    def keep(self, round: Round) -> list[int]:
        """Adds a round to the history, and drops the oldest where there are too many.

        Returns:
          Numbers of those that were dropped.
        """
        self.rounds.append(round)
        before = [one.number for one in self.rounds]
        while len(self.rounds) > self.desk.options.rounds:
            self.drop_oldest()
        return before[: len(before) - len(self.rounds)]

    def drop_oldest(self) -> bool:
        """Deletes the oldest round, if there is one; whether there was."""
        if not self.rounds:
            return False
        self._storage.remove(os.path.dirname(self.rounds.pop(0).folder))
        return True

    def round(self, number: int | None) -> Round:
        """A round by its number. Raises UsageError."""
        for one in self.rounds:
            if one.number == number:
                return one
        raise UsageError("there are no results yet; complete a picture first.")

    def repaint(self, round: Round, index: int) -> None:
        """Takes a completion as the picture, to paint a further hole into it."""
        self.open(round.completion(index))

    def reopen(self, round: Round) -> None:
        """Takes the picture and the hole of a round again."""
        self.open(round.inputs.picture, mask=round.inputs.mask)

    def vary(
        self, round: Round, index: int, share: float, request: Request
    ) -> Job[Round]:
        """Begins to complete the inner part of a completion's hole anew.

        The completion becomes the picture, unless the request is refused.

        Args:
          round, index: which completion.
          share: of the hole's pixels that are to be drawn anew, above 0 and at most 1.
          request: as of `start`, which tells what is raised.
        """
        self._require_possible(request)
        core = round.core(index, share)
        self.repaint(round, index)
        self.piece.take_hole(core)
        return self.start(request)

    def told(self, text: str) -> str:
        """A message in the words of the page, without this machine's paths."""
        text = re.sub(rf"{re.escape(self.desk.folder)}\S*/", "", text)
        return wording.of_page(text)

    def _require_possible(self, request):
        """Refuses what cannot be begun now."""
        options, desk = self.desk.options, self.desk
        if request.num_samples > options.max_samples:
            raise UsageError(
                f"{request.num_samples} completions are asked for; this page makes at "
                f"most {options.max_samples} at a time."
            )
        if self.is_busy:
            raise UsageError("a computation is under way; wait for it, or cancel it.")
        desk.turns.require_place()
        desk.engine.check(request)

    def _require_uploaded(self, path):
        """Visitors may name nothing but what was sent, whatever Gradio lets through."""
        inside = os.path.realpath(self.desk.uploads) + os.sep
        if not path or not os.path.realpath(path).startswith(inside):
            raise PictureError("this file was not uploaded; choose a picture again.")

    def _read(self, path, what):
        """Content of a file that is not larger than may be uploaded."""
        most = self.desk.options.most_bytes
        name = f"the {what} {os.path.basename(path)}"
        return read_regular(path, most, name, PictureError)


def _copied(source, folder, name):
    """Path of a copy of a file of ours."""
    with open(source, "rb") as file:
        outputs.write(os.path.join(folder, name), file.read())
    return os.path.join(folder, name)


def _tame(name):
    """A file name of plain characters that keeps what formats are known by."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    suffix = suffix.lower() if suffix.lower() in formats.SUFFIXES else ".png"
    stem = re.sub(r"[^\w-]+", "_", stem, flags=re.ASCII).strip("_")[-_LONGEST_NAME:]
    return f"{stem or 'picture'}{suffix}"
