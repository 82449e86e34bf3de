"""The engine that asks a server to complete."""

from __future__ import annotations

import concurrent.futures
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from vqinpaint.completing.engine import Completions
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.options.request import Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import Reporter
from vqinpaint.servers.connecting import Server
from vqinpaint.servers.failures import refused_row

SIGNATURE = "details"


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
        self.side, self._number = _sizes(described.signatures, name)
        # A server does not say what its weights are; a new version counts as a new model.
        self.fingerprint = f"{name}, version {described.version or 'unknown'}"

    def check(self, request: Request) -> None:
        """See `engine.Engine`."""
        if request.keep and request.keep_by == "discriminator":
            raise UsageError(
                "keep_by is 'discriminator', but servers hold none; take likelihood, or "
                "vqinpaint.inpaint with the run folder."
            )
        asked = [
            name
            for name, off in (("top_k", 0), ("top_p", 1.0), ("structure_from", None))
            if getattr(request, name) != off
        ]
        if asked:
            raise UsageError(
                f"{' and '.join(asked)} cannot be asked of a server; use "
                "vqinpaint.inpaint with the model itself."
            )

    def at(self, side: int) -> ServedEngine:
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
        with concurrent.futures.ThreadPoolExecutor(self._concurrency) as pool:
            asked = pool.map(
                lambda seed: self._server.predict(SIGNATURE, {**row, "seed": seed}),
                starts,
            )
            for answer in asked:
                answers.append(answer)
                reporter.progress("requests", len(answers), len(starts))
        for answer in answers:
            # Exports made before rows had faults of their own give none.
            fault = answer.pop("error", None)
            if fault is not None and fault.item():
                raise refused_row(self.name, fault.item())
        outputs = {
            name: np.concatenate([answer[name] for answer in answers])[: len(seeds)]
            for name in answers[0]
        }
        bits = outputs["bits_per_code"].astype(np.float32)
        return Completions(
            np.stack([*map(_from_png, outputs["completed_bytes"])]),
            scores={"bits": bits.sum(axis=(1, 2))},
            views={
                "structure": np.stack([*map(_from_png, outputs["structure_bytes"])])
            },
            maps={"entropy": outputs["entropy"].astype(np.float32)},
            record={"codes": outputs["codes"].astype(np.int32), "bits_per_code": bits},
        )

    def encode(self, image: np.ndarray) -> np.ndarray:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError

    def render(self, image, mask, codes) -> Completions:
        """Never asked for, as `check` refuses given structures."""
        raise NotImplementedError


def _sizes(signatures, name):
    """(side of the model's pictures, completions of one row). Raises ModelError."""
    try:
        side = signatures["inpaint"]["inputs"]["image"][1]
        number = signatures[SIGNATURE]["outputs"]["completed_bytes"][1]
    except (KeyError, IndexError):
        raise ModelError(
            f"the model {name} has the signatures "
            f"{', '.join(sorted(signatures)) or '(none)'}, not those of vqinpaint.export."
        ) from None
    return side, number


def _to_png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def _from_png(data):
    return np.asarray(Image.open(io.BytesIO(data), formats=["PNG"]).convert("RGB"))
