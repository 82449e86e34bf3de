"""The engine that asks a server to complete."""

from __future__ import annotations

import concurrent.futures
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vqinpaint.answers import Wanted
from vqinpaint.completing.engine import Completions, refuse_codes
from vqinpaint.errors import ModelError, UsageError, first_line
from vqinpaint.options.networks import LARGEST_SIDE
from vqinpaint.options.request import MOST_SAMPLES, Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import Reporter
from vqinpaint.servers.connecting import Server
from vqinpaint.servers.description import most_bytes
from vqinpaint.servers.failures import refused_row

SIGNATURE = "details"
# Of all completions of one answer together; eight of 2,048x2,048.
_MOST_PIXELS = 1 << 25


class ServedEngine:
    """A model on a server; see `engine.Engine`. Requests of one row run side by side.

    Args:
      server: from `servers.connecting.connect`.
      name: what to call the model.
      concurrency: requests at a time.

    Raises:
      ModelError: the server cannot be reached, or its model is not one of this project.
    """

    def __init__(self, server: Server, name: str, concurrency: int = 2):
        self._server, self._concurrency = server, concurrency
        self.name = name
        described = server.describe()
        self.side, self._number, self.codes = _sizes(described.signatures, name)
        answered = described.signatures[SIGNATURE]["outputs"]
        self._outputs = _outputs(self.side, self._number, self.codes, answered)
        # Exports made before rows had faults of their own answer without them.
        self._tells_faults = "error" in answered
        fault = {"error": Wanted(object, ())} if self._tells_faults else {}
        self._wanted = {**self._outputs, **fault}
        self._most_bytes = most_bytes(self._wanted, self.side**2)
        # A server does not say what its weights are; a new version counts as a new model.
        self.fingerprint = f"{name}, version {described.version or 'unknown'}"

    def check(self, request: Request) -> None:
        """See `engine.Engine`."""
        if not self.codes:
            refuse_codes(request)
        judged = "discriminator" in self._outputs
        if request.keep and request.keep_by == "discriminator" and not judged:
            raise UsageError(
                "keep_by is 'discriminator', but this model has none on the server; take "
                "likelihood, or vqinpaint.inpaint with the run folder."
            )
        asked = [
            name
            for name, off in (
                *(("top_k", 0), ("top_p", 1.0), ("structure_from", None)),
                *(("texture", None), ("texture_temperature", None)),
            )
            if getattr(request, name) != off
        ]
        if asked:
            raise UsageError(
                f"{' and '.join(asked)} cannot be asked of a server; use "
                "vqinpaint.inpaint with the model itself."
            )

    def at(self, longest: int) -> ServedEngine:
        """See `engine.Engine`."""
        raise UsageError("--size=native needs the run folder, not a server.")

    def complete(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        seeds: Sequence[int],
        request: Request,
        reporter: Reporter,
    ) -> Completions:
        """See `engine.Engine`; the seeds must be consecutive."""
        # What is missing does not leave this machine.
        image = np.where(is_missing(mask[..., None]), np.uint8(0), image)
        row = {
            "image_bytes": _to_png(image),
            "mask_bytes": _to_png(mask),
            "temperature": float(request.temperature),
        }
        starts, answers = seeds[:: self._number], []
        reporter.progress("requests", 0, len(starts))
        pool = concurrent.futures.ThreadPoolExecutor(self._concurrency)
        try:
            asked = pool.map(
                lambda seed: self._server.predict(
                    SIGNATURE, {**row, "seed": seed}, self._wanted, self._most_bytes
                ),
                starts,
            )
            for answer in asked:
                if self._tells_faults and answer["error"].item():
                    raise refused_row(self.name, answer["error"].item())
                answers.append(answer)
                reporter.progress("requests", len(answers), len(starts))
        finally:
            # After a fault or Ctrl-C nothing more is sent.
            pool.shutdown(wait=False, cancel_futures=True)
        outputs = {
            name: np.concatenate([answer[name] for answer in answers])[: len(seeds)]
            for name in self._outputs
        }
        pictures = self._pictures(outputs["completed_bytes"])
        if not self.codes:
            scores = {k: v for k, v in outputs.items() if k == "discriminator"}
            return Completions(pictures, scores)
        bits = outputs["bits_per_code"]
        scores = {"bits": bits.sum(axis=(1, 2))}
        if "texture_bits" in outputs:
            scores["texture_bits"] = outputs["texture_bits"]
        return Completions(
            pictures,
            scores=scores,
            views={"structure": self._pictures(outputs["structure_bytes"])},
            maps={"entropy": outputs["entropy"]},
            record={"codes": outputs["codes"], "bits_per_code": bits},
        )

    def _pictures(self, encoded):
        """PNG of the model's side as uint8 [N, S, S, 3]. Raises ModelError."""
        found = np.empty([len(encoded), self.side, self.side, 3], np.uint8)
        for picture, data in zip(found, encoded):
            try:
                image = Image.open(io.BytesIO(data), formats=["PNG"])
                if image.size != (self.side, self.side):
                    raise ValueError(f"{image.width}x{image.height}")
                picture[:] = image.convert("RGB")
            except Exception as error:  # Pillow raises errors of many kinds
                raise ModelError(
                    f"{self.name} answers a picture that is no PNG of {self.side}x"
                    f"{self.side} ({first_line(error)[:80]}); it is no model of vqinpaint."
                ) from None
        return found

    def encode(self, image: np.ndarray) -> np.ndarray:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError

    def render(self, image, mask, codes) -> Completions:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError


def _sizes(signatures, name):
    """(side of the model's pictures, completions of one row, number of codes or 0).

    Raises:
      ModelError: the model has other signatures, or sizes that no model has.
    """
    try:
        side = signatures["inpaint"]["inputs"]["image"][1]
        number = signatures[SIGNATURE]["outputs"]["completed_bytes"][1]
        codes = signatures["inpaint_from_noise"]["inputs"]["noise"][3]
        has_codes = "codes" in signatures[SIGNATURE]["outputs"]
    except (KeyError, IndexError):
        found = ", ".join(sorted(signatures))[:160] or "(none)"
        raise ModelError(
            f"the model {name} has the signatures {found}, not those of "
            "vqinpaint.export."
        ) from None
    if not 64 <= side <= LARGEST_SIDE or side % 64:
        raise ModelError(
            f"the model {name} says that it completes pictures of {side}x{side}; models of "
            f"vqinpaint have a multiple of 64, at most {LARGEST_SIDE}."
        )
    if not 1 <= number <= MOST_SAMPLES or codes < 1:
        raise ModelError(
            f"the model {name} says that it makes {number} completions of {codes} codes; "
            f"models of vqinpaint make 1 to {MOST_SAMPLES}, of at least one."
        )
    if number * side**2 > _MOST_PIXELS:
        raise ModelError(
            f"the model {name} says that it makes {number} completions of {side}x{side}, "
            "more than fit into one answer; export it with fewer --num_samples."
        )
    return side, number, codes if has_codes else 0


def _outputs(side, number, codes, answered):
    """What a server must answer for a row that is completed.

    Args:
      side, number, codes: from `_sizes`.
      answered: the outputs that the model says it has.
    """
    pictures = {"completed_bytes": Wanted(object, (number,))}
    if not codes:
        judged = {"discriminator": Wanted(np.float32, (number,))}
        return pictures | (judged if "discriminator" in answered else {})
    grid = number, side // 8, side // 8
    texture = {"texture_bits": Wanted(np.float32, (number,))}
    return {
        **pictures,
        **(texture if "texture_bits" in answered else {}),
        "structure_bytes": Wanted(object, (number,)),
        "codes": Wanted(np.int32, grid, codes),
        "bits_per_code": Wanted(np.float32, grid),
        "entropy": Wanted(np.float32, grid),
    }


def _to_png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()
