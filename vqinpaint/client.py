"""Completes pictures on a server: python -m vqinpaint.client --url=http://localhost:8501 ...

The same files as `vqinpaint.inpaint` writes, byte for byte the same pictures.
"""

import concurrent.futures
import io
import math

from vqinpaint.flagging import FLAGS, flags, run_main

import numpy as np  # isort: skip  # after flagging, which quietens TensorFlow's log
from PIL import Image
from tqdm import tqdm

from vqinpaint import picture_loop, pictures, remote
from vqinpaint.errors import ModelError, UsageError

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


def complete_one(server, side, number, image, mask):
    """All completions of one picture, as of `vqinpaint.inpaint`.

    Args:
      server: from `remote.connect`.
      side: of the model's pictures.
      number: completions of one row.
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
    """
    small, small_mask = pictures.shrink_known(image, mask, side)
    # What is missing does not leave this machine.
    small = np.where(small_mask[..., None] > 127, np.uint8(0), small)
    encoded = {"image_bytes": _png(small), "mask_bytes": _png(small_mask)}
    last = FLAGS.seed + FLAGS.num_samples

    def ask(seed):
        row = {**encoded, "seed": seed, "temperature": float(FLAGS.temperature)}
        return server.predict(_SIGNATURE, row)

    starts = range(FLAGS.seed, last, number)
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
        name: np.concatenate([row[name] for row in rows])[: FLAGS.num_samples]
        for name in rows[0]
    }
    return {
        "completed": np.stack(
            [
                pictures.paste_filling(image, mask, _from_png(png))
                for png in joined["completed_bytes"]
            ]
        ),
        "structure": np.stack([_from_png(png) for png in joined["structure_bytes"]]),
        "codes": joined["codes"].astype(np.int32),
        "bits": joined["bits_per_code"].astype(np.float32),
        "entropy": joined["entropy"].astype(np.float32),
        "seeds": list(range(FLAGS.seed, last)),
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
    side, number = sizes(server)

    def complete(image, mask):
        return complete_one(server, side, number, image, mask)

    model = f"{FLAGS.model_name} at {FLAGS.url}"
    names = ("seed", "temperature", "invert_mask")
    picture_loop.complete_all(pairs, side, complete, model, names)


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
