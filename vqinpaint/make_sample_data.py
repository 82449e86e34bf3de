"""Draws the sample data set: clay creatures whose attributes come from a known table.

  python -m vqinpaint.make_sample_data --output=DIR
  python -m vqinpaint.make_sample_data --output=DIR --records --first=2000 --val=0

Writes train/ and val/ with pictures, or with --records their TFRecords, ready to train
on; beside them `train_attributes.csv` and `val_attributes.csv` say what each picture
shows, and masks/ holds the centred hole and one for each hidden attribute. Everything
follows from the flags, whatever the number of processes.
"""

import contextlib
import multiprocessing
import os
import signal

from tqdm import tqdm

from vqinpaint.cli import FLAGS, flags, run_main
from vqinpaint.creatures import files, holes
from vqinpaint.errors import UsageError

flags.DEFINE_string("output", "", "Folder to write.")
flags.DEFINE_integer("train", 2000, "Training pictures.")
flags.DEFINE_integer("val", 200, "Validation pictures; never among those to train on.")
flags.DEFINE_integer("size", 128, "Side in pixels, 64 to 256.")
flags.DEFINE_integer("seed", 0, "Same seed, same pictures.")
flags.DEFINE_integer("first", 0, "Number of the first creature of both splits.")
flags.DEFINE_integer("processes", 0, "Pictures drawn at a time; 0 = one per core.")
flags.DEFINE_bool("records", False, "Write TFRecords instead of pictures.")


def check_flags():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER.")
    if not holes.SMALLEST <= FLAGS.size <= holes.LARGEST:
        raise UsageError(
            f"--size={FLAGS.size}: {holes.SMALLEST} to {holes.LARGEST} are possible."
        )
    for name in ("train", "val", "seed", "first", "processes"):
        if FLAGS[name].value < 0:
            raise UsageError(f"--{name}={FLAGS[name].value}: give 0 or more.")
    if not FLAGS.train + FLAGS.val:
        raise UsageError("--train=0 and --val=0: nothing is left to draw.")


def main():
    check_flags()
    os.makedirs(FLAGS.output, exist_ok=True)
    counts = {"train": FLAGS.train, "val": FLAGS.val}
    with _mapper(max(counts.values())) as map_:
        for split, count in counts.items():
            if count:
                _write_split(split, count, map_)
    files.write_holes(os.path.join(FLAGS.output, "masks"), FLAGS.size)
    kind = "records" if FLAGS.records else "pictures"
    print(f"{FLAGS.train} + {FLAGS.val} {kind} -> {FLAGS.output}")


def _write_split(split, count, map_):
    jobs = [
        (FLAGS.seed, FLAGS.first + number, files.SPLITS[split], FLAGS.size)
        for number in range(count)
    ]
    path = os.path.join(FLAGS.output, f"{split}_attributes.csv")
    opened = _records(split, count) if FLAGS.records else _folder(split)
    with open(path, "w", newline="", encoding="utf-8") as table, opened as write:
        describe = files.attributes_writer(table)
        results = tqdm(map_(files.drawn, jobs), split, count, unit="")
        for (_, index, *_), (creature, png) in zip(jobs, results):
            name = f"{split}/{files.name_of(index)}"
            write(name, png)
            describe(name, creature)


@contextlib.contextmanager
def _mapper(count):
    """`map` in order, in this process or over several."""
    processes = min(FLAGS.processes or os.cpu_count(), count)
    if processes == 1:
        yield map
        return
    # New interpreters: copies of this one would hold TensorFlow, which forbids them.
    # An interrupt is this process's to tell of, once.
    context = multiprocessing.get_context("spawn")
    ignore = (signal.SIGINT, signal.SIG_IGN)
    with context.Pool(processes, signal.signal, ignore) as pool:
        yield lambda function, jobs: pool.imap(function, jobs, chunksize=8)


@contextlib.contextmanager
def _folder(split):
    """Function (name, PNG bytes) that writes a file."""
    os.makedirs(os.path.join(FLAGS.output, split), exist_ok=True)

    def write(name, png):
        with open(os.path.join(FLAGS.output, name), "wb") as file:
            file.write(png)

    yield write


@contextlib.contextmanager
def _records(split, count):
    """Function (name, PNG bytes) that adds a record, as make_tfrecords.py does."""
    # TensorFlow, which pictures do not need.
    from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip
    from vqinpaint.data import records

    shards = max(1, min(1024, count // 1000))
    with records.split_writer(FLAGS.output, split, shards) as (write, extra):
        extra.update(
            source="clay creatures",
            seed=FLAGS.seed,
            first=FLAGS.first,
            short_side=0,
            skipped=[],
        )
        yield lambda name, png: write(
            records.to_example(
                records.Picture(png, "png", FLAGS.size, FLAGS.size, name)
            )
        )


def run():
    """Console entry point."""
    run_main(main)


if __name__ == "__main__":
    run()
