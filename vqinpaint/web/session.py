"""One visitor: a picture with a hole, and the rounds so far."""

from __future__ import annotations

import dataclasses
import os
import re
import threading
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
from vqinpaint.web.history import History
from vqinpaint.web.piece import Piece
from vqinpaint.web.rounds import Inputs, Round, complete_round
from vqinpaint.web.storage import Storage, size_of
from vqinpaint.web.work import Job, Stoppable

if TYPE_CHECKING:
    from vqinpaint.web.desk import Desk

_LONGEST_NAME = 60


class Session:
    """The state of one visitor's page. Its files go with `close`.

    Attributes:
      received: path of the picture that was uploaded last, or "".
      history: results so far.
      job: the last computation, or None.
      is_closed: whether the visit has ended.
      lock: held by whoever reads or changes any of it, as the page has several threads.
      refusal: what was refused last, in one line.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        self._storage = Storage(desk.folder)
        self.received = ""
        self._piece: Piece | None = None
        self._number_of_rounds = 0
        self.history = History(self._storage, desk.options.rounds)
        self.job: Job[Round] | None = None
        self._is_cancelled = False  # the next job, before it has begun
        self._seen_at = time.monotonic()
        self.is_closed = False
        self.lock = threading.RLock()
        self.refusal = ""

    def close(self) -> None:
        """Stops what is under way and deletes all files."""
        self.is_closed = True
        if self.job:
            self.job.stop()
        self.desk.left(self)
        self._storage.close()

    def seen(self) -> None:
        """Notes that the visitor has just done something."""
        self._seen_at = time.monotonic()
        self.desk.entered(self)

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
          UsageError: the disk is full.
        """
        self._take(self._read(path, "image"), path, mask)

    def _take(self, data, path, mask=""):
        """`open`, of a file of ours too, which may have more bytes than an upload."""
        place, before = self._storage.new(), self._piece
        with self._storage.kept_on_success(place):
            copy = os.path.join(place, _tame(os.path.basename(path)))
            outputs.write(copy, data)
            piece = Piece(copy, self.desk.options.reading, before)
            if mask:
                piece.load_mask(mask)
            old = os.path.dirname(before.path) if before else ""
            # At last, as the round may go that all this was read from.
            self.desk.make_room(self, size_of(old))
        self._piece = piece
        if old:
            self._storage.remove(old)

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
        """A request follows: from now on `cancel` concerns that one."""
        self._is_cancelled = False

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
        place = self._storage.new()
        with self._storage.kept_on_success(place):
            inputs, request = self._copies(place, request)
            self.desk.make_room(self)
            self.job = self._begun(place, inputs, request)
        if self._is_cancelled:
            self.job.stop()
        self._is_cancelled = False
        return self.job

    def _copies(self, place, request):
        """(inputs of a round, its request), whatever the visitor does meanwhile."""
        piece = self.piece
        picture = _copied(piece.path, place, os.path.basename(piece.path))
        inputs = Inputs(picture, piece.save_mask(place))
        if request.structure_from:
            source, _, sample = request.structure_from.rpartition(":")
            given = _copied(source, place, f"{files.stem(picture)}_structure.json")
            inputs = dataclasses.replace(inputs, structure=given)
            request = dataclasses.replace(request, structure_from=f"{given}:{sample}")
        return inputs, request

    def _begun(self, place, inputs, request):
        """A job that completes inputs; its results go to a folder in their place."""
        options, desk = self.desk.options, self.desk
        self._number_of_rounds += 1
        number = self._number_of_rounds

        def work(check, reporter):
            engine = Stoppable(desk.engine, options.at_once, check)
            with self._storage.kept_on_success(place):
                return complete_round(
                    *(number, inputs, os.path.join(place, "results"), engine),
                    *(request, reporter, options.reading),
                )

        return Job(work, desk.turns, undo=lambda: self._storage.remove(place))

    def repaint(self, round: Round, index: int) -> None:
        """Takes a completion as the picture, to paint a further hole into it.

        It may have more bytes than an upload, as it is a PNG whatever the upload was.
        """
        self._take(_content(round.completion(index)), round.completion(index))

    def reopen(self, round: Round) -> None:
        """Takes the picture and the hole of a round again."""
        picture = round.inputs.picture
        self._take(_content(picture), picture, mask=round.inputs.mask)

    def vary(
        self, round: Round, index: int, share: float, request: Request
    ) -> Job[Round]:
        """Begins to complete the inner part of a completion's hole anew.

        The completion becomes the picture, unless the request itself is refused. The
        seeds are the next ones that no round of the visit has used.

        Args:
          round, index: which completion.
          share: of the hole's pixels that are to be drawn anew, above 0 and at most 1.
          request: as of `start`, which tells what is raised; its seed does not count.
        """
        request = dataclasses.replace(request, seed=self.history.next_seed)
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
        inside = os.path.realpath(self.desk.cache.folder) + os.sep
        if not path or not os.path.realpath(path).startswith(inside):
            raise PictureError("this file was not uploaded; choose a picture again.")

    def _read(self, path, what):
        """Content of a file that is not larger than may be uploaded."""
        most = self.desk.options.most_bytes
        name = f"the {what} {os.path.basename(path)}"
        return read_regular(path, most, name, PictureError)


def _content(path):
    """Content of a file of ours, of any size. Raises PictureError where it is gone."""
    name = f"the image {os.path.basename(path)}"
    most = os.path.getsize(path) if os.path.exists(path) else 0
    return read_regular(path, most, name, PictureError)


def _copied(source, folder, name):
    """Path of a copy of a file of ours."""
    outputs.write(os.path.join(folder, name), _content(source))
    return os.path.join(folder, name)


def _tame(name):
    """A file name of plain characters that keeps what formats are known by."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    suffix = suffix.lower() if suffix.lower() in formats.SUFFIXES else ".png"
    stem = re.sub(r"[^\w-]+", "_", stem, flags=re.ASCII).strip("_")[-_LONGEST_NAME:]
    return f"{stem or 'picture'}{suffix}"
