"""The engine that completes with a model of the family "pic" in this process."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from vqinpaint.completing.engine import Completions, refuse_codes
from vqinpaint.errors import UsageError
from vqinpaint.joined import pic_loading
from vqinpaint.joined.pic_calls import sample
from vqinpaint.options.request import Request
from vqinpaint.reporting import Reporter
from vqinpaint.runs import locating


class PicEngine:
    """A SavedModel or a run folder of the family "pic"; see `engine.Engine`.

    Completions have the score "discriminator", where the model has one, but no bits.

    Args:
      path: as of `joined.pic_loading.load`.
      side: of the pictures, for a run folder; None = that which it was trained on.

    Raises:
      ModelError: nothing usable is there.
    """

    codes = 0

    def __init__(self, path: str, side: int | None = None):
        self.name = path
        self.fingerprint = locating.fingerprint(locating.locate(path))
        self._model, options = pic_loading.load(path, image_size=side)
        self.side = options.image_size
        # Unit and least of the sides that the networks take, see `PicModelOptions`.
        halved = 2**options.pic.depth
        unit = max(64, halved)
        self._sides = unit, -(-3 * halved // unit) * unit
        (call,) = tf.nest.flatten(self._model.sample.get_concrete_function())
        self._judged = "discriminator" in call.structured_outputs
        # A folder's pictures are often of one size, and a model takes seconds to load.
        self._at = functools.lru_cache(maxsize=2)(lambda side: PicEngine(path, side))

    def check(self, request: Request) -> None:
        """See `engine.Engine`."""
        refuse_codes(request)
        judges = request.keep and request.keep_by == "discriminator"
        if judges and not self._judged:
            raise UsageError(
                "this model has no discriminator to keep completions by; take "
                "--keep_by=difference, or give a model that has one."
            )

    def at(self, longest: int) -> PicEngine:
        """See `engine.Engine`."""
        unit, least = self._sides
        return self._at(max(-(-longest // unit) * unit, least))

    def complete(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        seeds: Sequence[int],
        request: Request,
        reporter: Reporter,
    ) -> Completions:
        """See `engine.Engine`."""
        reporter.progress("completions", 0, len(seeds))
        drawn = sample(self._model, image, mask, seeds, temperature=request.temperature)
        reporter.progress("completions", len(seeds), len(seeds))
        scores = {k: v for k, v in drawn.items() if k == "discriminator"}
        return Completions(drawn["completed"], scores)

    def encode(self, image: np.ndarray) -> np.ndarray:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError

    def render(
        self, image: np.ndarray, mask: np.ndarray, codes: np.ndarray
    ) -> Completions:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError
