"""Pictures from nothing: everything is missing, and the best of what is drawn is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Callable

import numpy as np

from vqinpaint.completing.engine import Completions, Engine
from vqinpaint.errors import UsageError
from vqinpaint.options.generation import Generation
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT, Reporter

# Pictures that are drawn at once.
_AT_ONCE = 16
_NOTHING_TO_CHOOSE_BY = (
    "accept is below 1, but the model has no discriminator to choose by; give a run folder "
    "with a texture stage, or a --classifier."
)


@dataclasses.dataclass(frozen=True)
class Generated:
    """Pictures from nothing.

    Attributes:
      seeds: N ints.
      found: the pictures with all that the engine says of them, N of each; best first
        where they were chosen, else in the order of the seeds.
      scores: float [N] by which they were chosen; None where all that were drawn are
        kept.
      drawn: number of pictures that were drawn in all.
    """

    seeds: Sequence[int]
    found: Completions
    scores: np.ndarray | None
    drawn: int

    @property
    def pictures(self) -> np.ndarray:
        """uint8 [N, S, S, 3]."""
        return self.found.pictures


def generate(
    engine: Engine,
    request: Request,
    wanted: Generation,
    classifier: Callable[[np.ndarray], np.ndarray] | None = None,
    reporter: Reporter = SILENT,
) -> Generated:
    """Draws pictures from nothing, and keeps the best by their scores.

    The rejection of VQ-VAE-2 (Razavi et al. 2019, section 3.4): of num_samples / accept
    pictures those num_samples with the highest scores are kept, which trades diversity
    for quality. A picture depends on its own seed alone, not on how many are drawn.

    Args:
      engine: whose model has been trained with `full_holes`.
      request: how to draw; its seed is the first picture's.
      wanted: how many, and which share is kept.
      classifier: scores pictures, uint8 [N, S, S, 3] -> float [N]; None takes the
        engine's discriminator.
      reporter: told of progress.

    Raises:
      UsageError: the engine cannot answer such a request, or has no discriminator.
    """
    engine.check(request)
    seeds = wanted.seeds(request)
    choosing = wanted.drawn > wanted.num_samples
    if choosing and classifier is None and not getattr(engine, "discriminates", True):
        raise UsageError(_NOTHING_TO_CHOOSE_BY)
    image = np.zeros([engine.side, engine.side, 3], np.uint8)
    mask = np.full([engine.side, engine.side], 255, np.uint8)
    best: Generated | None = None
    reporter.progress("pictures drawn", 0, len(seeds))
    for start in range(0, len(seeds), _AT_ONCE):
        own = list(seeds[start : start + _AT_ONCE])
        found = engine.complete(image, mask, own, request, reporter)
        scores = _scores(found, classifier) if choosing else None
        best = _best(best, Generated(own, found, scores, len(own)), wanted.num_samples)
        reporter.progress("pictures drawn", start + len(own), len(seeds))
    assert best is not None
    return best


def _scores(found, classifier):
    if classifier is not None:
        return np.asarray(classifier(found.pictures), np.float64)
    if "discriminator" not in found.scores:
        raise UsageError(_NOTHING_TO_CHOOSE_BY)
    return np.asarray(found.scores["discriminator"], np.float64)


def _best(before, new, number):
    """The best `number` of both; where nothing is scored, all of them."""
    if before is None:
        before = Generated([], new.found.chosen(np.arange(0)), new.scores, 0)
        if new.scores is not None:
            before = dataclasses.replace(before, scores=new.scores[:0])
    seeds = [*before.seeds, *new.seeds]
    found = Completions.joined([before.found, new.found])
    drawn = before.drawn + new.drawn
    if new.scores is None:
        return Generated(seeds, found, None, drawn)
    scores = np.concatenate([before.scores, new.scores])
    chosen = np.argsort(-scores, kind="stable")[:number]
    kept = [seeds[i] for i in chosen]
    return Generated(kept, found.chosen(chosen), scores[chosen], drawn)
