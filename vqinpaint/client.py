"""Completes pictures on a server: python -m vqinpaint.client --url=http://localhost:8501 ...

The same files as `vqinpaint.inpaint` writes, byte for byte the same pictures.
"""

import concurrent.futures
import io
import math

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

import numpy as np
from PIL import Image
from tqdm import tqdm

from vqinpaint.completing import picture_loop, remote
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.pictures.masks import is_missing

flags.adopt_module_key_flags(picture_loop)
flags.DEFINE_string("url", None, "http://HOST:8501 (REST) or grpc://HOST:8500.")
flags.DEFINE_string("model_name", "vqinpaint", "Name that the server gives the model.")
flags.DEFINE_integer(
    "model_version", None, "Its version; default: the server's choice."
)
flags.DEFINE_float("timeout", 60.0, "Seconds to wait for an answer.")
flags.DEFINE_integer("concurrency", 2, "Requests at a time.")
_SIGNATURE = "details"


def check_flags():
    picture_loop.check_flags("url")
    if FLAGS.keep and FLAGS.keep_by == "discriminator":
        raise UsageError(
            "--keep_by=discriminator: servers hold none; take likelihood, or "
            "vqinpaint.inpaint with the run folder."
        )
    if not 1 <= FLAGS.concurrency <= 1000:
        raise UsageError(f"--concurrency={FLAGS.concurrency}: 1 to 1000 are possible.")
    if not (math.isfinite(FLAGS.timeout) and FLAGS.timeout > 0):
        raise UsageError(f"--timeout={FLAGS.timeout}: give seconds above 0.")


def sizes(server):
    """(side of the model's pictures, completions of one row). Raises ModelError."""
    described = server.describe()
    try:
        side = described["inpaint"]["inputs"]["image"][1]
        number = described[_SIGNATURE]["outputs"]["completed_bytes"][1]
    except (KeyError, IndexError):
        raise ModelError(
            f"the model {FLAGS.model_name} at {FLAGS.url} has the signatures "
            f"{', '.join(sorted(described)) or '(none)'}, not those of vqinpaint.export."
        ) from None
    return side, number


class Engine:
    """Completes squares on a server; see `picture_loop.complete_all`.

    Args:
      server: from `remote.connect`.
      side: of the model's pictures.
      number: completions of one row.
    """

    def __init__(self, server, side, number):
        self._server, self.side, self._number = server, side, number

    def at(self, side):
        raise UsageError("--size=native needs the run folder, not a server.")

    def begin(self, image, mask, steps):
        pass

    def complete(self, image, mask, seeds, number):
        """Arguments and result as of `windows.complete`; the seeds are consecutive."""
        # What is missing does not leave this machine.
        image = np.where(is_missing(mask[..., None]), np.uint8(0), image)
        encoded = {"image_bytes": _png(image), "mask_bytes": _png(mask)}

        def ask(seed):
            row = {**encoded, "seed": seed, "temperature": float(FLAGS.temperature)}
            return self._server.predict(_SIGNATURE, row)

        starts = seeds[:: self._number]
        with concurrent.futures.ThreadPoolExecutor(FLAGS.concurrency) as pool:
            rows = list(
                tqdm(
                    pool.map(ask, starts),
                    "requests",
                    total=len(starts),
                    unit="",
                    delay=2,
                    leave=False,
                )
            )
        joined = {
            name: np.concatenate([row[name] for row in rows])[: len(seeds)]
            for name in rows[0]
        }
        return {
            "completed": np.stack([*map(_from_png, joined["completed_bytes"])]),
            "structure": np.stack([*map(_from_png, joined["structure_bytes"])]),
            "codes": joined["codes"].astype(np.int32),
            "bits": joined["bits_per_code"].astype(np.float32),
            "entropy": joined["entropy"].astype(np.float32),
        }


def _png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def _from_png(data):
    return np.asarray(Image.open(io.BytesIO(data), formats=["PNG"]).convert("RGB"))


def main():
    check_flags()
    pairs = picture_loop.find_pairs()
    server = remote.connect(
        FLAGS.url, FLAGS.model_name, FLAGS.model_version, FLAGS.timeout
    )
    engine = Engine(server, *sizes(server))
    model = f"{FLAGS.model_name} at {FLAGS.url}"
    names = "seed temperature num_samples keep size feather invert_mask"
    picture_loop.complete_all(pairs, engine, model, names.split())


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
