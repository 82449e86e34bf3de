"""The engine that completes with a model in this process."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from vqinpaint.completing.engine import Completions
from vqinpaint.completing.watching import watched
from vqinpaint.errors import UsageError
from vqinpaint.joined import loading
from vqinpaint.joined.calls import draws_texture, failures_told, sample
from vqinpaint.joined.inpainter import look
from vqinpaint.joined.ranking import load_score
from vqinpaint.ops.images import to_uint8
from vqinpaint.options.request import Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import Reporter
from vqinpaint.runs import locating

# Completions that are drawn together where texture codes are drawn, whose noise takes
# four times the memory of the structure's.
_AT_ONCE = 16
# Sides of pictures that the networks take are multiples of this.
_MULTIPLE = 64


class LocalEngine:
    """A SavedModel or a run folder of the family "vqvae"; see `engine.Engine`.

    Args:
      path: as of `joined.loading.load`.
      sampler: name in `sampling.SAMPLERS`; None = the default, or what a SavedModel was
        exported with.
      side: of the pictures, for a run folder; None = that which it was trained on.
      texture: as of `joined.loading.load`.

    Raises:
      ModelError: nothing usable is there.
      UsageError: a SavedModel was exported with another sampler or texture.
    """

    def __init__(
        self,
        path: str,
        sampler: str | None = None,
        side: int | None = None,
        texture: str | None = None,
    ):
        location = locating.locate(path)
        self.name = path
        self.fingerprint = locating.fingerprint(location)
        self._sampler = sampler
        self._model, options = loading.load(
            path, sampler=sampler, image_size=side, texture=texture
        )
        self._draws_texture = draws_texture(self._model)
        self._score = None
        if location.kind == locating.RUN:
            self._score = load_score(location.path, options)
        self.side, self.codes = options.image_size, options.vqvae.codes
        # A folder's pictures are often of one size, and a model takes seconds to load.
        self._with = functools.lru_cache(maxsize=2)(
            lambda side, texture: LocalEngine(path, sampler, side, texture)
        )
        self._side, self._texture = side, texture

    @property
    def generates(self) -> bool:
        """Whether its priors have been trained with pictures of which nothing is known."""
        return self._model.generates

    @property
    def discriminates(self) -> bool:
        """Whether its completions have the score "discriminator"."""
        return self._score is not None

    @property
    def texture(self) -> str:
        """Name in `options.request.TEXTURES`."""
        return "codes" if self._draws_texture else "generator"

    def _for(self, request):
        """The engine whose texture is the one that the request asks for."""
        if request.texture in (None, self.texture):
            return self
        return self._with(self._side, request.texture)

    def check(self, request: Request) -> None:
        """See `engine.Engine`."""
        draws = self._for(request).texture == "codes"
        if draws and request.structure_from:
            raise UsageError(
                "structure_from is given, but texture=codes draws the texture; take "
                "texture=generator."
            )
        if request.texture_temperature is not None and not draws:
            raise UsageError(
                "texture_temperature is given, but the texture generator draws nothing; "
                "take texture=codes."
            )
        if request.keep and request.keep_by == "discriminator" and not self._score:
            raise UsageError(
                "keep_by is 'discriminator', but this model has none; give a run folder "
                "whose stage texture is trained, or take another --keep_by."
            )

    def at(self, longest: int) -> LocalEngine:
        """See `engine.Engine`."""
        return self._with(-(-longest // _MULTIPLE) * _MULTIPLE, self._texture)

    def complete(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        seeds: Sequence[int],
        request: Request,
        reporter: Reporter,
    ) -> Completions:
        """See `engine.Engine`."""
        engine = self._for(request)
        if engine is not self:
            return engine.complete(image, mask, seeds, request, reporter)
        groups = [seeds]
        if self._draws_texture:
            groups = [seeds[i : i + _AT_ONCE] for i in range(0, len(seeds), _AT_ONCE)]
        return Completions.joined(
            [self._complete(image, mask, own, request, reporter) for own in groups]
        )

    def _complete(self, image, mask, seeds, request, reporter):
        # The texture has two rows of codes for each of the structure.
        rows = self.side // 8 * (3 if self._draws_texture else 1)
        begun = self._model.rows_begun
        begun.assign(0)
        draw = functools.partial(
            sample,
            self._model,
            image,
            mask,
            seeds,
            temperature=request.temperature,
            top_k=request.top_k,
            top_p=request.top_p,
            texture_temperature=request.texture_temperature,
        )
        reporter.progress("rows of codes", 0, rows)
        drawn = watched(
            draw, lambda: reporter.progress("rows of codes", int(begun.numpy()), rows)
        )
        reporter.progress("rows of codes", rows, rows)
        return self._answer(
            mask,
            drawn["completed"],
            drawn["structure"],
            scores={
                name: drawn[name].sum(axis=(1, 2))
                for name in ("bits", "texture_bits")
                if name in drawn
            },
            maps={"entropy": drawn["entropy"]},
            record={"codes": drawn["codes"], "bits_per_code": drawn["bits"]},
        )

    def encode(self, image: np.ndarray) -> np.ndarray:
        """See `engine.Engine`."""
        with failures_told():
            return self._model.encode(tf.constant(image[None]))["top"][0].numpy()

    def render(
        self, image: np.ndarray, mask: np.ndarray, codes: np.ndarray
    ) -> Completions:
        """See `engine.Engine`."""
        pixels, hole = tf.constant(image), tf.constant(mask[..., None])
        given = tf.constant(codes[None])
        with failures_told():
            filled = self._model.fill(*look(pixels, hole), given)
            filled = tf.debugging.check_numerics(filled, "completions are not finite")
            completed = tf.where(is_missing(hole), to_uint8(filled), pixels).numpy()
            structure = self._model.structures(given).numpy()
        return self._answer(mask, completed, structure, record={"codes": codes[None]})

    def _answer(self, mask, pictures, structure, scores=None, **more):
        scores = dict(scores or {})
        if self._score:
            scores["discriminator"] = self._score(pictures, mask)
        return Completions(pictures, scores, {"structure": structure}, **more)
