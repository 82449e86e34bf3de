"""What completes square pictures, and what comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from vqinpaint.errors import UsageError
from vqinpaint.options.request import Request
from vqinpaint.reporting import Reporter


@dataclasses.dataclass(frozen=True)
class Completions:
    """N completions of one square picture of side S, and what the model knows of them.

    Attributes:
      pictures: uint8 [N, S, S, 3]; known pixels are those of the picture.
      scores: float [N] by name. "bits" is what the drawn structure costs under the model,
        lower for likelier ones, and "texture_bits" what drawn texture codes cost beside
        it; "discriminator" is how real it looks, higher for better
        ones.
      views: further pictures to look at, uint8 [N, S, S, 3] by name, such as "structure".
      maps: what varies over the picture, float [N, h, w] by name, such as "entropy" in
        bits.
      record: arrays [N, ...] by name that are kept in the result's JSON file.
    """

    pictures: np.ndarray
    scores: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    views: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    maps: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    record: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def chosen(self, indices: np.ndarray) -> Completions:
        """Those completions alone, in that order. indices: int [n]."""
        return Completions(
            self.pictures[indices],
            *(
                {name: values[indices] for name, values in kind.items()}
                for kind in (self.scores, self.views, self.maps, self.record)
            ),
        )

    @staticmethod
    def joined(parts: Sequence[Completions]) -> Completions:
        """All completions of several answers to the same request, one after another."""

        def together(kind):
            first = getattr(parts[0], kind)
            return {
                name: np.concatenate([getattr(part, kind)[name] for part in parts])
                for name in first
            }

        pictures = np.concatenate([part.pictures for part in parts])
        return Completions(
            pictures, *map(together, ("scores", "views", "maps", "record"))
        )


class Engine(Protocol):
    """Completes square pictures of one size: a model in this process, or a server.

    Attributes:
      side: of its pictures, in pixels.
      codes: how many different structure codes there are, which count from 0; 0 in a model
        without codes, whose `encode` and `render` are never asked for.
      name: what to call the model in results and messages.
      fingerprint: text that changes when the model does.
    """

    side: int
    codes: int
    name: str
    fingerprint: str

    def check(self, request: Request) -> None:
        """Raises UsageError for a request that this engine cannot answer."""

    def at(self, longest: int) -> Engine:
        """The same model for the smallest pictures that hold so many pixels on a side.

        Raises:
          ModelError or UsageError: its size is fixed.
        """

    def complete(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        seeds: Sequence[int],
        request: Request,
        reporter: Reporter,
    ) -> Completions:
        """Completes a square, once for each seed.

        Args:
          image: uint8 [S, S, 3]. Missing pixels are never looked at.
          mask: uint8 [S, S], 255 where missing.
          seeds: N ints of 32 bits.
          request: how to draw; its seed, num_samples and size are not looked at.
          reporter: told of progress.
        """

    def encode(self, image: np.ndarray) -> np.ndarray:
        """Structure codes of a whole picture: uint8 [S, S, 3] -> int32 [h, w].

        Asked for alone where `check` admits `structure_from`; so is `render`.
        """

    def render(self, image: np.ndarray, mask: np.ndarray, codes: np.ndarray):
        """`Completions` (one) of a square in a given structure, int32 [h, w]."""


# What a request asks of models with structure codes alone, and what asks nothing.
_OF_CODES = {
    "top_k": 0,
    "top_p": 1.0,
    "structure_from": None,
    "texture": None,
    "texture_temperature": None,
}


def refuse_codes(request: Request) -> None:
    """Raises UsageError for what only models with structure codes can answer."""
    asked = [name for name, off in _OF_CODES.items() if getattr(request, name) != off]
    if asked:
        raise UsageError(
            f"{' and '.join(asked)}: models of the family pic draw no codes; drop it, or "
            "take a model of the family vqvae."
        )
    if request.keep and request.keep_by == "likelihood":
        raise UsageError(
            "keep_by is 'likelihood', but models of the family pic do not know how likely "
            "a completion is; take --keep_by=discriminator."
        )
