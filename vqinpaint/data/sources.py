"""Where pictures come from on their way into records, and how each is checked."""

import collections
import concurrent.futures
import io
import os
import tarfile
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from vqinpaint.data import records
from vqinpaint.errors import DataError, first_line


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
        first = first_line(error)
        raise DataError(
            f"TensorFlow Datasets cannot give '{name}' split '{split}': {first}"
        ) from None
    count = info.splits[split].num_examples

    def pictures():
        for i, example in enumerate(tfds.as_numpy(data)):
            label = example.get("image/filename", example.get("file_name", b""))
            yield (label.decode() or f"{name}/{i:08d}"), example["image"]

    return pictures(), count


def check(item, min_size, short_side=0):
    """Decodes one picture fully and gives it as a record, or the reason why not.

    JPEG and PNG pictures in RGB or grey keep their bytes; others (palette, CMYK,
    16-bit, turned by EXIF, other formats) are stored as PNG, shrunk ones as PNG or, if
    they were JPEG or WebP, as JPEG of quality 95.

    Args:
      item: (name, bytes or None to read the file of that name).
      min_size: pictures whose short side is smaller are refused.
      short_side: shrink larger ones to this short side; 0 = never.

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
    except UnidentifiedImageError:
        return None, f"{name}: no JPEG, PNG, WebP or BMP picture"
    except Exception as error:
        return (
            None,
            f"{name}: {type(error).__name__}: {first_line(error)[:80]}",
        )
    if min(image.size) < min_size:
        return None, f"{name}: {image.width}x{image.height} is under {min_size} pixels"
    upright = ImageOps.exif_transpose(image)
    turned = image.getexif().get(0x0112, 1) != 1
    large = 0 < short_side < min(image.size)
    kind = image.format.lower()
    if turned or large or kind not in ("jpeg", "png") or image.mode not in ("RGB", "L"):
        if image.mode.startswith("I;16") or image.mode == "I":
            upright = upright.point(lambda value: value / 256).convert("L")
        upright = upright.convert("RGB")
        if large:
            upright = _shrunk(upright, short_side)
        kind = "jpeg" if large and kind in ("jpeg", "webp") else "png"
        buffer = io.BytesIO()
        upright.save(buffer, kind, quality=95, subsampling=0)
        data = buffer.getvalue()
    return records.Picture(data, kind, upright.height, upright.width, name), None


def _shrunk(image, short_side):
    factor = short_side / min(image.size)
    size = [max(short_side, round(side * factor)) for side in image.size]
    return image.resize(size, Image.Resampling.LANCZOS)


def checked(items, threads, min_size, short_side=0):
    """Results of `check` in order, with a bounded number in flight."""
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        waiting = collections.deque()
        for item in items:
            waiting.append(pool.submit(check, item, min_size, short_side))
            if len(waiting) >= 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
