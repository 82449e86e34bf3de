"""Readers of pictures and masks."""

from tests.fuzzing.good_pictures import all_pictures
from tests.fuzzing.picture_mutators import PICTURE_MUTATORS
from tests.fuzzing.target import Target, as_file
from vqinpaint.data import checking
from vqinpaint.data.sources import Item
from vqinpaint.errors import PictureError
from vqinpaint.options.reading import ReadingOptions
from vqinpaint.pictures import files

# Small, so that a reader which decodes before it looks at the size is found out.
_READING = ReadingOptions(max_pixels=1_000_000)


def _load_mask(path):
    return files.load_mask(path, 24, 30, reading=_READING)


def _store(data):
    """What `make_tfrecords` does with a file of a tar."""
    picture, reason = checking.check(Item("picture", data), min_size=8, short_side=16)
    if picture is None:
        raise PictureError(reason)


TARGETS = (
    Target(
        "pictures",
        all_pictures,
        as_file(lambda path: files.load_picture(path, _READING), "a.png"),
        PICTURE_MUTATORS,
        megabytes=64,
    ),
    Target(
        "masks",
        all_pictures,
        as_file(_load_mask, "mask.png"),
        PICTURE_MUTATORS,
        megabytes=64,
    ),
    Target("pictures for records", all_pictures, _store, PICTURE_MUTATORS),
)
