"""One visitor: a picture, the hole painted into it, and the rounds so far."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import tempfile

import numpy as np

from vqinpaint import outputs
from vqinpaint.completing.engine import Engine
from vqinpaint.errors import PictureError, UsageError
from vqinpaint.files.regular import read_regular
from vqinpaint.options.page import PageOptions
from vqinpaint.options.request import Request
from vqinpaint.pictures import files, formats, png
from vqinpaint.pictures.masks import is_missing
from vqinpaint.web import painting
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
      visitors: those whose pictures are kept, oldest first.
    """

    engine: Engine
    options: PageOptions
    folder: str
    uploads: str
    turns: Turns
    visitors: list[Session] = dataclasses.field(default_factory=list)

    def welcome(self) -> Session:
        """A new visitor; the oldest leave where there are too many."""
        self.visitors.append(Session(self))
        while len(self.visitors) > self.options.sessions:
            self.visitors[0].close()
        return self.visitors[-1]


class Session:
    """The state of one visitor's page. Its files go with `close`.

    Attributes:
      received: path of the picture that was uploaded last, or "".
      picture: path of the picture, or "" before one is chosen.
      mask: uint8 [H, W], 255 where missing.
      canvas: uint8 [h, w, 3], what is painted on.
      rounds: results so far, oldest first.
      job: the last computation, or None.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        self._folder = tempfile.mkdtemp(prefix="visitor-", dir=desk.folder)
        self.received, self.picture = "", ""
        self.mask = np.zeros([0, 0], np.uint8)
        self.canvas = np.zeros([0, 0, 3], np.uint8)
        self._shown = np.zeros([0, 0], bool)
        self._orientation, self._places, self._rounds = 1, 0, 0
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
        try:
            picture = files.load_picture(copy, self.desk.options.reading)
        except PictureError:
            shutil.rmtree(place)
            raise
        self._drop_picture()
        self.picture, self._orientation = copy, picture.orientation
        self.canvas = painting.on_canvas(picture.pixels)
        self._set(np.zeros(picture.pixels.shape[:2], np.uint8))
        if mask:
            self.load_mask(mask)

    def upload(self, path: str) -> None:
        """Takes an uploaded picture; see `open`. Raises PictureError for other files."""
        self._require_uploaded(path)
        self.open(path)

    def upload_mask(self, path: str) -> None:
        """Takes an uploaded mask. Raises PictureError for other files, too."""
        self._require_uploaded(path)
        self.load_mask(path)

    def strokes(self, layers: list[np.ndarray]) -> None:
        """Takes over what is painted on the canvas: uint8 [h, w, 4] each."""
        if self.picture:
            now = painting.painted(layers, self._shown.shape)
            self.mask = painting.merged(self.mask, self._shown, now)
            self._shown = now

    def layers(self) -> list[np.ndarray]:
        """The hole as the canvas is to show it: uint8 [h, w, 4] each."""
        return [painting.layer(self._shown)]

    def rectangle(self, left: int, top: int, right: int, bottom: int) -> None:
        """Adds a rectangle to the hole. Raises PictureError; see `painting.rectangle`."""
        self._require_picture()
        self._set(painting.rectangle(self.mask, left, top, right, bottom))

    def load_mask(self, path: str) -> None:
        """Takes a mask file as the hole. Raises PictureError."""
        self._require_picture()
        self._read(path, "mask")
        height, width = self.mask.shape
        mask, _ = files.load_mask(
            *(path, height, width),
            orientation=self._orientation,
            reading=self.desk.options.reading,
        )
        self._set(mask)

    def invert(self) -> None:
        """Exchanges what is missing and what is known."""
        self._require_picture()
        self._set(255 - self.mask)

    def clear(self) -> None:
        """Leaves no hole."""
        self._require_picture()
        self._set(np.zeros_like(self.mask))

    def save_mask(self, folder: str = "") -> str:
        """Path of the hole as a PNG file of the picture's size, in its folder or another."""
        self._require_picture()
        name = f"{files.stem(self.picture)}_mask.png"
        path = os.path.join(folder or os.path.dirname(self.picture), name)
        outputs.write(path, png.encoded(self.mask), replace=True)
        return path

    def start(self, request: Request) -> Job[Round]:
        """Begins to complete the picture.

        Raises:
          PictureError: there is no picture, or no hole in it.
          UsageError: the engine or the page refuses the request, or the visitor's last
            one is still under way.
        """
        self._require_picture()
        if not is_missing(self.mask).any():
            raise PictureError("there is no hole; paint one, or upload a mask.")
        options, desk = self.desk.options, self.desk
        if request.num_samples > options.max_samples:
            raise UsageError(
                f"{request.num_samples} completions are asked for; this page makes at "
                f"most {options.max_samples} at a time."
            )
        self._require_idle()
        desk.engine.check(request)
        place = self._new_place()
        # Copies of its own, whatever the visitor does meanwhile.
        picture = shutil.copy(self.picture, place)
        mask, folder = self.save_mask(place), os.path.join(place, "results")
        self._rounds += 1
        number = self._rounds

        def work(check, reporter):
            engine = Stoppable(desk.engine, options.at_once, check)
            return complete_round(
                *(number, picture, mask, folder, engine),
                *(request, reporter, options.reading),
            )

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

    def vary(self, round: Round, index: int, share: float) -> None:
        """Takes a completion as the picture and the inner part of its hole as the hole.

        Args:
          round, index: which completion.
          share: of the hole's pixels that are to be drawn anew, above 0 and at most 1.
        """
        self._require_idle()
        core = round.core(index, share)
        self.repaint(round, index)
        self._set(core)

    def told(self, text: str) -> str:
        """A message without this machine's paths."""
        return re.sub(rf"{re.escape(self.desk.folder)}\S*/", "", text)

    def _require_idle(self):
        if self.job and not self.job.ended(0) and not self.job.is_stopped:
            raise UsageError("a computation is under way; wait for it, or cancel it.")

    def _require_uploaded(self, path):
        """Visitors may name nothing but what was sent, whatever Gradio lets through."""
        inside = os.path.realpath(self.desk.uploads) + os.sep
        if not path or not os.path.realpath(path).startswith(inside):
            raise PictureError("this file was not uploaded; choose a picture again.")

    def _drop_picture(self):
        if self.picture:
            shutil.rmtree(os.path.dirname(self.picture), ignore_errors=True)

    def _set(self, mask):
        self.mask, self._shown = mask, painting.shown(mask)

    def _require_picture(self):
        if not self.picture:
            raise PictureError("there is no picture; upload one, or take an example.")

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


def _tame(name):
    """A file name of plain characters that keeps what formats are known by."""
    stem, suffix = os.path.splitext(os.path.basename(name))
    suffix = suffix.lower() if suffix.lower() in formats.SUFFIXES else ".png"
    stem = re.sub(r"[^\w-]+", "_", stem, flags=re.ASCII).strip("_")[-_LONGEST_NAME:]
    return f"{stem or 'picture'}{suffix}"
