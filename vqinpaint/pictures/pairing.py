"""Which mask belongs to which picture."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence

from vqinpaint.errors import PictureError
from vqinpaint.pictures.listing import stem

# cat_mask.png, cat-mask.png and, as LaMa numbers them, cat_mask001.png belong to cat.png.
_MASK_NAME = re.compile(r"(?P<picture>.+)[-_]mask\d*", re.IGNORECASE)


def key(path: str) -> str:
    """By what files are paired: their name without folder and suffix.

    Letters with accents are composed, as macOS takes them apart.
    """
    return unicodedata.normalize("NFC", stem(path))


def split_folder(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Pictures and masks of one folder, told apart by their names.

    A file called NAME_mask, or NAME_mask001, is the mask of another called NAME.

    Returns:
      (pictures, masks).

    Raises:
      PictureError: there are no masks among them.
    """
    names = set(map(key, paths))
    masks = [path for path in paths if _picture_of(path) in names]
    if not masks:
        raise PictureError(
            f"{os.path.dirname(paths[0])} is given for pictures and masks, and no picture "
            "may be its own mask; call masks NAME_mask.png beside NAME.png, or put them "
            "into a folder of their own."
        )
    return [path for path in paths if path not in set(masks)], masks


def match_masks(
    images: Sequence[str], masks: Sequence[str], for_all: bool = True
) -> list[tuple[str, str]]:
    """Pairs every picture with a mask: one for all, or the one of its name.

    Args:
      images, masks: paths.
      for_all: whether a single mask is that of all pictures, whatever its name.

    Raises:
      PictureError: a picture without a mask, with several, or that is its own.
    """
    if len(masks) == 1 and for_all:
        pairs = [(image, masks[0]) for image in images]
    else:
        pairs = _by_name(images, masks)
    for image, mask in pairs:
        if is_same_file(image, mask):
            raise PictureError(
                f"{image} is given as picture and as its own mask; give a mask that is "
                "white where pixels are missing."
            )
    return pairs


def is_same_file(one: str, other: str) -> bool:
    """Whether both paths lead to one file or folder, by links too, if only later."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


def _by_name(images, masks):
    exact, described = {}, {}
    for mask in masks:
        exact.setdefault(key(mask), []).append(mask)
        described.setdefault(_picture_of(mask), []).append(mask)
    return [(image, _only_one(image, exact, described, len(masks))) for image in images]


def _only_one(image, exact, described, count):
    found = [m for m in exact.get(key(image), ()) if not is_same_file(image, m)]
    found = found or described.get(key(image), []) or exact.get(key(image), [])
    if not found:
        raise PictureError(
            f"{image} has no mask of the same name among {count} masks; give one mask "
            "file for all or a mask per image."
        )
    if len(found) > 1:
        names = ", ".join(os.path.basename(mask) for mask in found[:3])
        raise PictureError(
            f"{image} has {len(found)} masks ({names}); keep one of them in the folder."
        )
    return found[0]


def _picture_of(mask):
    """The name of the picture that a mask's own name tells; "" for other names."""
    match = _MASK_NAME.fullmatch(key(mask))
    return match["picture"] if match else ""
