"""Draws the sample data set: clay creatures whose attributes come from a known table.

  python -m vqinpaint.make_sample_data --output=DIR
  python -m vqinpaint.make_sample_data --output=DIR --records --first=2000 --val=0

Writes train/ and val/ with pictures, or with --records their TFRecords, ready to train
on; beside them `train_attributes.csv` and `val_attributes.csv` say what each picture
shows, and masks/ holds the centred hole and one for each hidden attribute. Everything
follows from the flags, whatever the number of processes. Pictures that are there already
are left alone if they are the same, and refused if they are others.
"""

import contextlib
import functools
import os

from tqdm import tqdm

from vqinpaint import outputs
from vqinpaint.cli import FLAGS, flags, run_main
from vqinpaint.cli.printing import say
from vqinpaint.creatures import files, holes
from vqinpaint.creatures.parallel import mapper
from vqinpaint.errors import UsageError

flags.DEFINE_string(
    "output", "", "Folder to write the data set to; it is made if needed."
)
flags.DEFINE_integer("train", 2000, "Number of pictures in the training split.")
flags.DEFINE_integer(
    "val",
    200,
    "Number of pictures in the validation split, which are never among those of the "
    "training split.",
)
flags.DEFINE_integer("size", 128, "Side of the pictures in pixels, from 64 to 256.")
flags.DEFINE_integer(
    "seed", 0, "Seed of all attributes; the same seed gives the same pictures."
)
flags.DEFINE_integer(
    "first",
    0,
    "Number of the first creature of both splits, to continue an earlier data set.",
)
flags.DEFINE_integer(
    "processes", 0, "Number of processes that draw at the same time; 0 = one per core."
)
flags.DEFINE_bool(
    "records", False, "Write TFRecords, as make_tfrecords does, instead of PNG files."
)


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
    counts = {"train": FLAGS.train, "val": FLAGS.val}
    _check_output(counts)
    os.makedirs(FLAGS.output, exist_ok=True)
    files.write_holes(os.path.join(FLAGS.output, "masks"), FLAGS.size)
    with mapper(FLAGS.processes, max(counts.values())) as map_:
        for split, count in counts.items():
            if count:
                _write_split(split, count, map_)
    kind = "records" if FLAGS.records else "pictures"
    say(f"{FLAGS.train} + {FLAGS.val} {kind} -> {FLAGS.output}")


def _check_output(counts):
    """Refuses a folder that cannot be written to, or that holds other files."""
    outputs.check_folder(FLAGS.output)
    outputs.check_folder(os.path.join(FLAGS.output, "masks"))
    for split, count in counts.items():
        if not count:
            continue
        files.table(os.path.join(FLAGS.output, f"{split}_attributes.csv"))
        if FLAGS.records:
            _writing().check_split(FLAGS.output, split)
        else:
            outputs.check_folder(os.path.join(FLAGS.output, split))


def _write_split(split, count, map_):
    numbers = range(FLAGS.first, FLAGS.first + count)
    stream = files.SPLITS[split]
    jobs = [files.Job(FLAGS.seed, number, stream, FLAGS.size) for number in numbers]
    results = tqdm(map_(files.drawn, jobs), split, count, unit="")
    with _records(split, count) if FLAGS.records else _pictures() as write:
        # Records of a split are replaced as a whole, pictures one by one.
        keep = not FLAGS.records
        files.write_split(FLAGS.output, split, jobs, results, write, keep)


def _writing():
    """The module that writes records; it needs TensorFlow, which pictures do not."""
    from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip
    from vqinpaint.data import writing

    return writing


def _pictures():
    """Gives a function (name, PNG bytes) that writes a file."""
    return contextlib.nullcontext(functools.partial(files.write_picture, FLAGS.output))


@contextlib.contextmanager
def _records(split, count):
    """Gives a function (name, PNG bytes) that adds a record to the split."""
    writing = _writing()
    from vqinpaint.data import records

    entries = {
        "source": "clay creatures",
        "seed": FLAGS.seed,
        "first": FLAGS.first,
        "short_side": 0,
    }
    shards = writing.default_shards(count)
    with writing.SplitWriter(FLAGS.output, split, shards, entries) as writer:
        yield lambda name, png: writer.write(
            records.Picture(png, "png", FLAGS.size, FLAGS.size, name)
        )


def run():
    """Console entry point."""
    run_main(main)


if __name__ == "__main__":
    run()
