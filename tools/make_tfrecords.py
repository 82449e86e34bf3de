"""Turns a folder, a list, a tar or a TFDS data set into sharded TFRecords.

python tools/make_tfrecords.py --input=DIR --output=tfrecords/NAME --split=train
python tools/make_tfrecords.py --input=files.flist --output=tfrecords/NAME
python tools/make_tfrecords.py --input=pictures.tar --output=tfrecords/NAME
python tools/make_tfrecords.py --tfds=NAME --tfds_split=train --output=tfrecords/NAME
"""

import collections
import concurrent.futures
import io
import os
import sys
import tarfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from absl import flags  # noqa: E402
from PIL import Image, ImageOps  # noqa: E402
from tqdm import tqdm  # noqa: E402

from vqinpaint.data import records  # noqa: E402
from vqinpaint.errors import DataError, UsageError  # noqa: E402
from vqinpaint.flagging import run_main  # noqa: E402

flags.DEFINE_string(
    "input",
    "",
    "Folder (searched with its subfolders), list of paths (.flist or .txt, one a line), or tar file.",
)
flags.DEFINE_string("tfds", "", "Name of a TensorFlow Datasets data set instead.")
flags.DEFINE_string("tfds_split", "train", "Split of that data set.")
flags.DEFINE_string("tfds_dir", None, "Where TensorFlow Datasets keeps its data.")
flags.DEFINE_string("output", "", "Folder of the data set to write.")
flags.DEFINE_string("split", "train", "Name of the split to write.")
flags.DEFINE_integer("shards", 0, "Files to write; 0 = one per 1,000 pictures.")
flags.DEFINE_integer("min_size", 32, "Skip pictures whose short side is smaller.")
flags.DEFINE_integer("threads", os.cpu_count(), "Pictures checked at a time.")

FLAGS = flags.FLAGS


def from_folder(folder):
    """Names of files below a folder, sorted; all of them, so that oddities are named."""
    names = []
    for root, folders, files in os.walk(folder):
        folders.sort()
        names += [os.path.join(root, f) for f in sorted(files) if not f.startswith(".")]
    return [(name, None) for name in names]


def from_list(path):
    """Names in a list file; relative ones are tried from here, then from the list."""
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    beside = os.path.dirname(os.path.abspath(path))
    return [
        (line if os.path.exists(line) else os.path.join(beside, line), None)
        for line in lines
        if line and not line.startswith("#")
    ]


def from_tar(path):
    """(name, bytes) of the files in a tar, one at a time."""
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, tar.extractfile(member).read()
    except (tarfile.TarError, EOFError) as error:
        raise DataError(
            f"{path} cannot be read as a tar file ({error}); is it complete?"
        ) from None


def from_tfds(name, split, folder):
    """(name, bytes) of the pictures of a TFDS data set; returns them with the count."""
    import tensorflow_datasets as tfds

    try:
        data, info = tfds.load(
            name,
            split=split,
            data_dir=folder,
            with_info=True,
            decoders={"image": tfds.decode.SkipDecoding()},
        )
    except Exception as error:
        first = str(error).strip().splitlines()[0]
        raise DataError(
            f"TensorFlow Datasets cannot give '{name}' split '{split}': {first}"
        ) from None
    count = info.splits[split].num_examples

    def pictures():
        for i, example in enumerate(tfds.as_numpy(data)):
            label = example.get("image/filename", example.get("file_name", b""))
            yield (label.decode() or f"{name}/{i:08d}"), example["image"]

    return pictures(), count


def check(item, min_size):
    """Decodes one picture fully and gives it as a record, or the reason why not.

    JPEG and PNG pictures in RGB or grey keep their bytes; others (palette, CMYK,
    16-bit, turned by EXIF, other formats) are stored as PNG.

    Returns:
      (`records.Picture`, None), or (None, reason).
    """
    name, data = item
    try:
        if data is None:
            with open(name, "rb") as file:
                data = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP", "BMP"])
            image.load()
    except Exception as error:
        return (
            None,
            f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:80]}",
        )
    if min(image.size) < min_size:
        return None, f"{name}: {image.width}x{image.height} is under {min_size} pixels"
    upright = ImageOps.exif_transpose(image)
    turned = image.getexif().get(0x0112, 1) != 1
    if turned or image.format not in ("JPEG", "PNG") or image.mode not in ("RGB", "L"):
        if image.mode.startswith("I;16") or image.mode == "I":
            upright = upright.point(lambda value: value / 256).convert("L")
        buffer = io.BytesIO()
        upright.convert("RGB").save(buffer, "PNG")
        data, kind = buffer.getvalue(), "png"
    else:
        kind = image.format.lower()
    return records.Picture(data, kind, upright.height, upright.width, name), None


def checked(items, threads, min_size):
    """Results of `check` in order, with a bounded number in flight."""
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        waiting = collections.deque()
        for item in items:
            waiting.append(pool.submit(check, item, min_size))
            if len(waiting) >= 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def open_source():
    """The pictures that the flags name: (iterable, count or None)."""
    if bool(FLAGS.input) == bool(FLAGS.tfds):
        raise UsageError("give either --input=FOLDER-LIST-OR-TAR or --tfds=NAME.")
    if FLAGS.tfds:
        return from_tfds(FLAGS.tfds, FLAGS.tfds_split, FLAGS.tfds_dir)
    path = FLAGS.input
    if os.path.isdir(path):
        items = from_folder(path)
        if not items:
            raise DataError(f"the folder {path} is empty; it should hold pictures.")
        return items, len(items)
    if not os.path.isfile(path):
        raise DataError(f"--input={path} is neither a folder nor a file.")
    if tarfile.is_tarfile(path):
        return from_tar(path), None
    try:
        items = from_list(path)
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
    skipped = []
    with records.split_writer(FLAGS.output, FLAGS.split, shards) as (write, extra):
        bar = tqdm(total=count, desc=f"{FLAGS.split} pictures", unit="")
        written = 0
        for picture, reason in checked(items, FLAGS.threads, FLAGS.min_size):
            bar.update()
            if picture is None:
                skipped.append(reason)
                bar.write(f"skipped {reason}", file=sys.stderr)
                continue
            written += 1
            write(records.to_example(picture))
        bar.close()
        extra["source"] = os.path.basename(FLAGS.input.rstrip("/")) or FLAGS.tfds
        extra["skipped"] = skipped
    print(
        f"{written} pictures in {shards} shard(s) -> "
        f"{os.path.join(FLAGS.output, FLAGS.split)}.json; {len(skipped)} skipped."
    )


if __name__ == "__main__":
    run_main(main)
