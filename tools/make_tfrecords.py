"""Turns a folder, a list, a tar or a TFDS data set into sharded TFRecords.

python tools/make_tfrecords.py --input=DIR --output=tfrecords/NAME --split=train
python tools/make_tfrecords.py --input=files.flist --output=tfrecords/NAME
python tools/make_tfrecords.py --input=pictures.tar --output=tfrecords/NAME
python tools/make_tfrecords.py --tfds=NAME --tfds_split=train --output=tfrecords/NAME
python tools/make_tfrecords.py --beam --beam_options=--runner=FlinkRunner --input=DIR ...
"""

import os
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import flags, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

from tqdm import tqdm  # noqa: E402

from vqinpaint.data import records, sources  # noqa: E402
from vqinpaint.errors import DataError, UsageError  # noqa: E402

flags.DEFINE_string(
    "input",
    "",
    "Folder (searched with its subfolders), list of paths (.flist or .txt, one a line), or tar file.",
)
flags.DEFINE_string("tfds", "", "Name of a TensorFlow Datasets data set instead.")
flags.DEFINE_string("tfds_split", "train", "Split of that data set.")
flags.DEFINE_string("tfds_dir", None, "Where TensorFlow Datasets keeps its data.")
flags.DEFINE_bool(
    "beam", False, "Run as an Apache Beam pipeline: for folders and lists of any size."
)
flags.DEFINE_string(
    "beam_options",
    "",
    "Of the pipeline, such as '--runner=FlinkRunner --flink_master=HOST:8081'.",
)
flags.DEFINE_string("output", "", "Folder of the data set to write.")
flags.DEFINE_string("split", "train", "Name of the split to write.")
flags.DEFINE_integer("shards", 0, "Files to write; 0 = one per 1,000 pictures.")
flags.DEFINE_integer("min_size", 32, "Skip pictures whose short side is smaller.")
flags.DEFINE_integer(
    "short_side",
    0,
    "Shrink larger pictures to this short side, which training's --load_size should "
    "not exceed; 0 = keep them, to be shrunk at every reading.",
    lower_bound=0,
)
flags.DEFINE_integer("threads", os.cpu_count(), "Pictures checked at a time.")

FLAGS = flags.FLAGS


def open_source():
    """The pictures that the flags name: (iterable, count or None)."""
    if bool(FLAGS.input) == bool(FLAGS.tfds):
        raise UsageError("give either --input=FOLDER-LIST-OR-TAR or --tfds=NAME.")
    if FLAGS.tfds:
        return sources.from_tfds(FLAGS.tfds, FLAGS.tfds_split, FLAGS.tfds_dir)
    path = FLAGS.input
    if os.path.isdir(path):
        items = sources.from_folder(path)
        if not items:
            raise DataError(f"the folder {path} is empty; it should hold pictures.")
        return items, len(items)
    if not os.path.isfile(path):
        raise DataError(f"--input={path} is neither a folder nor a file.")
    if tarfile.is_tarfile(path):
        return sources.from_tar(path), None
    try:
        items = sources.from_list(path)
    except UnicodeDecodeError:
        raise DataError(
            f"{path} is neither a tar file nor a text list of paths."
        ) from None
    return items, len(items)


def main():
    if not FLAGS.output:
        raise UsageError("give --output=FOLDER, such as tfrecords/mine.")
    items, count = open_source()
    shards = FLAGS.shards or max(1, min(1024, (count or 4000) // 1000))
    if FLAGS.beam:
        written, skipped = _with_beam(items, shards)
    else:
        written, skipped = _with_threads(items, count, shards)
    print(
        f"{written} pictures in {shards} shard(s) -> "
        f"{os.path.join(FLAGS.output, FLAGS.split)}.json; {len(skipped)} skipped."
    )


def _told():
    """What the manifest tells of how the split was made."""
    source = os.path.basename(FLAGS.input.rstrip("/")) or FLAGS.tfds
    return {"source": source, "short_side": FLAGS.short_side}


def _with_beam(items, shards):
    if not isinstance(items, list):
        raise UsageError("--beam reads a folder or a list; unpack the archive first.")
    try:
        from vqinpaint.data import beam
    except ImportError:
        raise UsageError(
            "--beam needs Apache Beam; pip install 'vqinpaint[beam]'."
        ) from None
    return beam.write_split(
        [name for name, _ in items],
        FLAGS.output,
        FLAGS.split,
        shards,
        FLAGS.min_size,
        FLAGS.short_side,
        _told(),
        FLAGS.beam_options.split(),
    )


def _with_threads(items, count, shards):
    skipped = []
    with records.split_writer(FLAGS.output, FLAGS.split, shards) as (write, extra):
        bar = tqdm(total=count, desc=f"{FLAGS.split} pictures", unit="")
        written = 0
        for picture, reason in sources.checked(
            items, FLAGS.threads, FLAGS.min_size, FLAGS.short_side
        ):
            bar.update()
            if picture is None:
                skipped.append(reason)
                bar.write(f"skipped {reason}", file=sys.stderr)
                continue
            written += 1
            write(records.to_example(picture))
        bar.close()
        extra.update(_told(), skipped=skipped)
    return written, skipped


if __name__ == "__main__":
    run_main(main)
