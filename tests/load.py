"""Many requests, good and bad, against the stand-in for TensorFlow Serving.

python -m tests.load --requests=10000 --at_a_time=8

Starts the stand-in with batches in a process of its own, sends requests from several
threads, and compares every answer with the model's own. The last line printed is one JSON
object; the exit code is 1 if an answer was wrong.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import collections
import concurrent.futures
import contextlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import tensorflow as tf

from tests import load_requests, tiny
from tests.stand_in import NAME

ROOT = pathlib.Path(__file__).parent.parent
_WATCHED_EVERY = 250  # requests


def run(urls, cases, number, at_a_time, memory=lambda: 0):
    """Sends requests and judges the answers.

    Args:
      urls: of the stand-in, as `stand_in.serve` gives them.
      cases: list of `load_requests.Case`.
      number: of requests, drawn from the cases.
      at_a_time: threads that send.
      memory: bytes that the server takes now.

    Returns:
      dict: `kinds`, how often each kind was asked and answered rightly; `wrong`, what was
      answered wrongly; `memory`, bytes after every 250 requests; `seconds`.
    """
    order = random.Random(0)
    chosen = [order.choice(cases) for _ in range(number)]
    senders = load_requests.senders(urls, NAME)
    asked, right, wrong = collections.Counter(), collections.Counter(), []
    memories, start = [], time.monotonic()

    def judge(case):
        found = case.judge(senders[case.api](case))
        return case, found

    with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
        for done, (case, fault) in enumerate(pool.map(judge, chosen), 1):
            asked[case.kind] += 1
            right[case.kind] += fault is None
            if fault is not None:
                wrong.append(f"{case.kind} by {case.api}: {fault}")
            if done % _WATCHED_EVERY == 0:
                memories.append(memory())
    kinds = {kind: (asked[kind], right[kind]) for kind in sorted(asked)}
    seconds = time.monotonic() - start
    return {"kinds": kinds, "wrong": wrong, "memory": memories, "seconds": seconds}


@contextlib.contextmanager
def _server(folder):
    """Yields (urls, function that tells the bytes of memory) of a stand-in's process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.stand_in", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )

    def memory():
        pages = pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096

    try:
        yield json.loads(process.stdout.readline()), memory
    finally:
        process.stdin.close()
        process.wait(30)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--at_a_time", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = tiny.inpainter(num_samples=1)
        tf.saved_model.save(model, folder, signatures=model.signatures())
        cases = load_requests.cases(tf.saved_model.load(folder).signatures)
        with _server(folder) as (urls, memory):
            found = run(urls, cases, chosen.requests, chosen.at_a_time, memory)
    for kind, (asked, right) in found["kinds"].items():
        print(f"{kind:44} {asked:6} asked {right:6} right")
    for text in found["wrong"][:20]:
        print("wrong:", text)
    megabytes = [round(x / 1e6) for x in found["memory"]]
    print("MB after every 250 requests:", *megabytes)
    facts = {
        "requests": chosen.requests,
        "at_a_time": chosen.at_a_time,
        "wrong": len(found["wrong"]),
        "seconds": round(found["seconds"]),
        # The first fifth warms up: TensorFlow keeps what each shape has needed.
        "megabytes_after_a_fifth": megabytes[len(megabytes) // 5]
        if megabytes
        else None,
        "megabytes_at_the_end": megabytes[-1] if megabytes else None,
    }
    print(json.dumps(facts))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
