"""An export, in a process without this package, against the Python model itself."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import tensorflow as tf

from benchmarks.common import open_model, seconds
from vqinpaint.cli import FLAGS, flags
from vqinpaint.exporting.requests import requests

flags.DEFINE_integer("concurrent", 8, "Requests at a time, for the throughput.")

_STRANGER = pathlib.Path(__file__).parent / "stranger.py"


def benchmark():
    """--batch is the number of completions per request."""
    model, options = open_model(num_samples=FLAGS.batch)
    row = requests(model, 1)
    served = row["serving_default"]
    tensors = [tf.constant(value) for value in served.values()]
    noise = model.inpainter.noise(tf.range(FLAGS.batch))
    seen, hole = (row["inpaint_from_noise"][name] for name in ("image", "mask"))
    seen = seen * (1 - hole)

    def serve(_=None):
        return model.inpaint_bytes(*tensors)["completed_bytes"]

    direct_s, _ = seconds(serve, FLAGS.repeats)
    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(FLAGS.concurrent) as pool:
        list(pool.map(lambda i: serve(i).numpy(), range(FLAGS.concurrent)))
    direct_per_second = FLAGS.concurrent / (time.perf_counter() - start)
    codes = tf.zeros(
        [FLAGS.batch, model.inpainter.grid_size, model.inpainter.grid_size], tf.int32
    )
    condition = tf.function(model.inpainter.frozen.condition, autograph=False)
    condition_s, features = seconds(lambda: condition(seen, hole), FLAGS.repeats)
    features = tf.repeat(features, FLAGS.batch, axis=0)
    vectors_of = model.inpainter.frozen.encoder.top_codebook.vectors_of
    forward = tf.function(
        lambda codes: model.inpainter.frozen.prior(vectors_of(codes), features),
        autograph=False,
    )
    forward_s, _ = seconds(lambda: forward(codes), FLAGS.repeats)

    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "model", "1")
        tf.saved_model.save(model, output, signatures=model.signatures())
        size = sum(p.stat().st_size for p in pathlib.Path(output).rglob("*"))
        inputs = os.path.join(folder, "inputs.npz")
        np.savez(
            inputs,
            image_bytes=np.frombuffer(served["image_bytes"][0], np.uint8),
            mask_bytes=np.frombuffer(served["mask_bytes"][0], np.uint8),
            image=seen,
            mask=hole,
            noise=noise.numpy(),
        )
        counts = (str(FLAGS.repeats), str(FLAGS.concurrent))
        done = subprocess.run(
            [sys.executable, str(_STRANGER), output, inputs, *counts],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    sampling_s = found["draw_s"] - condition_s
    ratio = model.inpainter.grid_size**2 * forward_s / sampling_s
    print(
        f"{options.image_size}x{options.image_size}, {FLAGS.batch} "
        "completions per request."
    )
    print(f"{size / 1e6:.1f} MB; loaded in {found['load_s']:.1f} s")
    print(
        f"one request: first {found['first_s']:.2f} s, then {found['latency_s']:.3f} s; "
        f"the Python model {direct_s:.3f} s"
    )
    print(
        f"{FLAGS.concurrent} at a time: {found['per_second']:.2f} requests a second; the "
        f"Python model {direct_per_second:.2f}"
    )
    print(f"sampling in the export: {sampling_s:.3f} s, {ratio:.0f} times naive")
    return {
        "batch": FLAGS.batch,
        **{name: round(value, 4) for name, value in found.items()},
        "latency_ratio": round(found["latency_s"] / direct_s, 3),
        "throughput_ratio": round(direct_per_second / found["per_second"], 3),
        "sampling_ratio": round(ratio, 1),
    }
