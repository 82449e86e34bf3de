"""Times an export as a program would that knows TensorFlow and not this package.

python stranger.py MODEL INPUTS.npz REPEATS CONCURRENT  prints one JSON object. XLA is off.
"""

import concurrent.futures
import json
import statistics
import sys
import time

sys.modules["vqinpaint"] = None  # type: ignore[assignment]  # importing it would fail

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(folder, inputs, repeats, concurrency):
    model = None

    def load():
        nonlocal model
        model = tf.saved_model.load(folder)

    result = {"load_s": timed(load)}
    data = np.load(inputs)
    row = {
        name: tf.constant([data[name].tobytes()])
        for name in ("image_bytes", "mask_bytes")
    }
    row["seed"], row["temperature"] = tf.constant([0]), tf.constant([1.0])
    drawing = [tf.constant(data[name]) for name in ("image", "mask", "noise")]
    drawing += [tf.ones([len(data["noise"])]), 0, 1.0, False]
    drawing = [tf.constant(x) if not tf.is_tensor(x) else x for x in drawing]

    def serve(_=None):
        model.signatures["serving_default"](**row)["completed_bytes"].numpy()

    def draw():
        model.draw(*drawing)[0].numpy()

    result["first_s"] = timed(serve)
    result["latency_s"] = statistics.median(timed(serve) for _ in range(repeats))
    draw()
    result["draw_s"] = statistics.median(timed(draw) for _ in range(repeats))

    def crowd():
        with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
            list(pool.map(serve, range(concurrency)))

    result["per_second"] = concurrency / timed(crowd)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
