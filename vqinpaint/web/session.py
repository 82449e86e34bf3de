"""One visitor: a picture with a hole, and the rounds so far."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import shutil
import tempfile

from vqinpaint import outputs
from vqinpaint.completing.engine import Engine
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files.regular import read_regular
from vqinpaint.options.page import PageOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures import formats
from vqinpaint.web.piece import Piece
from vqinpaint.web.rounds import Round, complete_round
from vqinpaint.web.turns import Turns
from vqinpaint.web.work import Job, Stoppable

_LONGEST_NAME = 60


@dataclasses.dataclass(frozen=True)
class Desk:
    """What all visitors share.

    Attributes:
      engine: completes.
      options: bounds.
      folder: in which each visitor gets one of their own.
      uploads: folder of the files that visitors sent.
      turns: who uses the engine next.
      visitors: those whose pictures are kept; who did something last comes last.
    """

    engine: Engine
    options: PageOptions
    folder: str
    uploads: str
    turns: Turns
    visitors: list[Session] = dataclasses.field(default_factory=list)

    def welcome(self) -> Session:
        """A new visitor; where there are too many, who was idle longest leaves."""
        visitor = Session(self)
        self.visitors.append(visitor)
        while len(self.visitors) > self.options.sessions:
            idle = [other for other in self.visitors[:-1] if not other.is_busy]
            (idle or self.visitors)[0].close()
        return visitor


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
        self._folder = tempfile.mkdtemp(prefix="visitor-", dir=desk.folder)
        self.received = ""
        self._piece: Piece | None = None
        self._places, self._rounds = 0, 0
        self.rounds: list[Round] = []
        self.job: Job[Round] | None = None
        self.is_closed = False

    def close(self) -> None:
        """Stops what is under way and deletes all files."""
        self.is_closed = True
        if self.job:
            self.job.stop()
        if self in self.desk.visitors:
            self.desk.visitors.remove(self)
        shutil.rmtree(self._folder, ignore_errors=True)

    def seen(self) -> None:
        """Notes that the visitor has just done something."""
        if self in self.desk.visitors:
            self.desk.visitors.remove(self)
            self.desk.visitors.append(self)

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
        place = self._new_place()
        copy = os.path.join(place, _tame(os.path.basename(path)))
        outputs.write(copy, data)
        with _removed_on_error(place):
            piece = Piece(copy, self.desk.options.reading)
            if mask:
                piece.load_mask(mask)
        if self._piece:
            self._piece.close()
        self._piece = piece

    def upload(self, path: str) -> None:
        """Takes an uploaded picture; see `open`. Raises PictureError for other files."""
        self._require_uploaded(path)
        self.open(path)

    def upload_mask(self, path: str) -> None:
        """Takes an uploaded mask as the hole. Raises PictureError for other files, too."""
        self._require_uploaded(path)
        self._read(path, "mask")
        self.piece.load_mask(path)

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
        options, desk = self.desk.options, self.desk
        place = self._new_place()
        # Copies of its own, whatever the visitor does meanwhile.
        picture = shutil.copy(self.piece.path, place)
        mask, folder = self.piece.save_mask(place), os.path.join(place, "results")
        self._rounds += 1
        number = self._rounds

        def work(check, reporter):
            engine = Stoppable(desk.engine, options.at_once, check)
            with _removed_on_error(place):
                return complete_round(
                    *(number, picture, mask, folder, engine),
                    *(request, reporter, options.reading),
                )

        with _removed_on_error(place):
            self.job = Job(work, desk.turns)
        return self.job

    def keep(self, round: Round) -> None:
        """Adds a round to the history, and drops the oldest where there are too many."""
        self.rounds.append(round)
        while len(self.rounds) > self.desk.options.rounds:
            old = os.path.dirname(self.rounds.pop(0).folder)
            shutil.rmtree(old, ignore_errors=True)

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
        self.open(round.picture, mask=round.mask)

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
        """A message without this machine's paths."""
        return re.sub(rf"{re.escape(self.desk.folder)}\S*/", "", text)

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

    def _new_place(self):
        """A new folder, so that names never meet."""
        self._places += 1
        folder = os.path.join(self._folder, str(self._places))
        os.makedirs(folder)
        return folder


@contextlib.contextmanager
def _removed_on_error(folder):
    """Leaves no files of what failed or was stopped."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _tame(name):
    """A file name of plain characters that keeps what formats are known by."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    suffix = suffix.lower() if suffix.lower() in formats.SUFFIXES else ".png"
    stem = re.sub(r"[^\w-]+", "_", stem, flags=re.ASCII).strip("_")[-_LONGEST_NAME:]
    return f"{stem or 'picture'}{suffix}"
