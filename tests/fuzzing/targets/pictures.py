"""Readers of pictures and masks."""

from tests.fuzzing.good_pictures import all_pictures
from tests.fuzzing.picture_mutators import PICTURE_MUTATORS
from tests.fuzzing.target import Target, as_file
from vqinpaint.data import checking
from vqinpaint.data.sources import Item
from vqinpaint.errors import PictureError
from vqinpaint.pictures import files


def _store(data):
    """What `make_tfrecords` does with a file of a tar."""
    picture, reason = checking.check(Item("picture", data), min_size=8, short_side=16)
    if picture is None:
        raise PictureError(reason)


TARGETS = (
    Target(
        "pictures", all_pictures, as_file(files.load_image, "a.png"), PICTURE_MUTATORS
    ),
    Target(
        "masks",
        all_pictures,
        as_file(lambda path: files.load_mask(path, 24, 30), "mask.png"),
        PICTURE_MUTATORS,
    ),
    Target("pictures for records", all_pictures, _store, PICTURE_MUTATORS),
)
