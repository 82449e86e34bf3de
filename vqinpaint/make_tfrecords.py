"""Turns a folder, a list, a tar or a TFDS data set into sharded TFRecords.

  python -m vqinpaint.make_tfrecords --input=DIR --output=tfrecords/NAME --split=train
  python -m vqinpaint.make_tfrecords --input=files.flist --output=tfrecords/NAME
  python -m vqinpaint.make_tfrecords --input=pictures.tar --output=tfrecords/NAME
  python -m vqinpaint.make_tfrecords --tfds=NAME --output=tfrecords/NAME
  python -m vqinpaint.make_tfrecords --beam --beam_options=--runner=FlinkRunner \\
    --input=DIR --output=tfrecords/NAME
"""

import os

from vqinpaint.cli import FLAGS, define, flags, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from tqdm import tqdm

from vqinpaint.cli.beam_flags import define_beam_flags, read_beam_options
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.data import conversion, sources, writing
from vqinpaint.errors import UsageError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.printable import printable

# Number of pictures that a tar file, which does not tell it, is taken to have.
_COUNT_OF_A_TAR = 4000

flags.DEFINE_string(
    "input",
    "",
    "Pictures to read: a folder, which is searched with its subfolders, a list of paths "
    "(.flist or .txt, one a line), or a tar file.",
)
flags.DEFINE_string(
    "tfds", "", "Name of a TensorFlow Datasets data set to read instead of --input."
)
flags.DEFINE_string("tfds_split", "train", "Split of the TFDS data set that is read.")
flags.DEFINE_string(
    "tfds_dir",
    None,
    "Folder where TensorFlow Datasets keeps its data; by default its own.",
)
define_beam_flags()
flags.DEFINE_string(
    "output", "", "Folder of the data set to write; it is made if needed."
)
flags.DEFINE_string(
    "split", "train", "Name of the split to write; one of that name is replaced."
)
flags.DEFINE_integer(
    "shards",
    0,
    "Number of files to write; 0 = one per 1,000 pictures.",
    lower_bound=0,
)
flags.DEFINE_integer(
    "min_size", 32, "Leave out pictures whose short side has fewer pixels."
)
flags.DEFINE_integer(
    "short_side",
    0,
    "Shrink larger pictures to this short side in pixels, which training's --load_size "
    "should not exceed; 0 = keep them as they are and shrink them at every reading.",
    lower_bound=0,
)
flags.DEFINE_integer(
    "threads",
    os.cpu_count(),
    "Number of pictures that are checked at the same time; by default one per core.",
    lower_bound=1,
)
define(ReadingOptions)


def main():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER, such as tfrecords/mine.")
    writing.check_split(FLAGS.output, FLAGS.split)
    reading, beam_options = read(ReadingOptions), read_beam_options()
    items, count = _open_source(reading)
    plan = conversion.SplitPlan(
        folder=FLAGS.output,
        split=FLAGS.split,
        shards=FLAGS.shards or writing.default_shards(count or _COUNT_OF_A_TAR),
        source=os.path.basename(FLAGS.input.rstrip("/")) or FLAGS.tfds,
        min_size=FLAGS.min_size,
        short_side=FLAGS.short_side,
        reading=reading,
    )
    if beam_options is not None:
        written, skipped, changes = _with_beam(items, plan, beam_options)
    else:
        written, skipped, changes = _with_threads(items, count, plan)
    if changes:
        told = "; ".join(f"{count} {what}" for what, count in changes.items())
        Console().note(f"note: among the pictures: {told}.")
    say(
        f"{written} pictures in {plan.shards} shard(s) -> "
        f"{os.path.join(plan.folder, plan.split)}.json; {len(skipped)} skipped."
    )


def _open_source(reading):
    """The pictures that the flags name: (iterable of items, count or None)."""
    if bool(FLAGS.input) == bool(FLAGS.tfds):
        raise UsageError("give either --input=FOLDER-LIST-OR-TAR or --tfds=NAME.")
    if FLAGS.tfds:
        return sources.from_tfds(FLAGS.tfds, FLAGS.tfds_split, FLAGS.tfds_dir)
    return sources.from_path(FLAGS.input, Console(), reading)


def _with_beam(items, plan, options):
    if not isinstance(items, list):
        raise UsageError("--beam reads a folder or a list; unpack the archive first.")
    from vqinpaint.data import beam

    return beam.write_split([item.name for item in items], plan, options)


def _with_threads(items, count, plan):
    console = Console()
    with tqdm(total=count, desc=f"{printable(plan.split)} pictures", unit="") as bar:

        def progress(result):
            bar.update()
            if result.reason:
                console.note(f"skipped {result.reason}")

        return conversion.write_split(items, plan, FLAGS.threads, progress)


def run():
    """Console entry point."""
    run_main(main)


if __name__ == "__main__":
    run()
