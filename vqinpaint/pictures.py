"""Picture files in and out, and the sheets that people look at. No TensorFlow."""

import os
import warnings

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from vqinpaint.errors import PictureError, first_line

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_FORMATS = ["PNG", "JPEG", "WEBP", "BMP"]


def list_pictures(path, what="image"):
    """The picture files that a flag names: the file itself, or a folder's, sorted.

    Raises:
      PictureError: no such file, or a folder without pictures.
    """
    if os.path.isdir(path):
        found = sorted(
            os.path.join(path, name)
            for name in os.listdir(path)
            if name.lower().endswith(SUFFIXES)
        )
        if not found:
            raise PictureError(
                f"the {what} folder {path} holds no picture "
                f"({', '.join(SUFFIXES)}); put some there or name another folder."
            )
        return found
    if not os.path.isfile(path):
        raise PictureError(f"the {what} {path or '(none given)'} does not exist.")
    return [path]


def _open(path, what):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(path, formats=_FORMATS)
            picture.load()
            return ImageOps.exif_transpose(picture)
    except Exception as error:
        reason = first_line(error)[:120]
        raise PictureError(
            f"the {what} {path} cannot be read ({type(error).__name__}: {reason}); it "
            "should be a whole PNG, JPEG, WebP or BMP file."
        ) from None


def load_image(path):
    """A picture as uint8 [H, W, 3], upright, whatever its mode.

    Raises:
      PictureError: not a readable picture.
    """
    picture = _open(path, "image")
    if picture.mode.startswith("I"):  # 16-bit grey, which convert() would clip
        picture = Image.fromarray((np.asarray(picture) / 257).astype(np.uint8))
    return np.asarray(picture.convert("RGB"))


def load_mask(path, height, width, invert=False):
    """A mask as uint8 [height, width]: 255 where missing, 0 where known.

    Any mode; values over 127 are missing. Another size is resized by nearest neighbour.

    Returns:
      (mask, note): the note says what was done about the size, or is "".

    Raises:
      PictureError: not a readable picture.
    """
    picture = _open(path, "mask")
    if picture.mode.startswith("I"):
        picture = Image.fromarray((np.asarray(picture) / 257).astype(np.uint8))
    picture = picture.convert("L")
    note = ""
    if picture.size != (width, height):
        note = (
            f"{path} is {picture.width}x{picture.height}, the image {width}x{height}: "
            "resized by nearest neighbour"
        )
        picture = picture.resize((width, height), Image.Resampling.NEAREST)
    missing = (np.asarray(picture) > 127) != invert
    return (missing * 255).astype(np.uint8), note


def match_masks(images, masks):
    """Pairs every image with a mask: one for all, or the one of the same stem.

    Raises:
      PictureError: an image without a mask.
    """
    if len(masks) == 1 and (len(images) > 1 or not os.path.isdir(masks[0])):
        return [(image, masks[0]) for image in images]
    by_stem = {stem(mask): mask for mask in masks}
    for image in images:
        if stem(image) not in by_stem:
            raise PictureError(
                f"{image} has no mask of the same name among {len(masks)} masks; give "
                "one mask file for all or a mask per image."
            )
    return [(image, by_stem[stem(image)]) for image in images]


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def shrink_known(image, mask, side):
    """Brings a picture to the model's size without a look at its missing pixels.

    Averages known pixels alone; a place is missing as soon as one pixel under it is.

    Args:
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
      side: of the result.

    Returns:
      (uint8 [side, side, 3], uint8 [side, side]).
    """
    if image.shape[:2] == (side, side):
        return image, mask
    known = (mask == 0).astype(np.float32)
    smaller = image.shape[0] >= side and image.shape[1] >= side
    method = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR

    def resize(plane):
        return np.asarray(Image.fromarray(plane).resize((side, side), method))

    weight = resize(known)
    planes = [resize(image[..., c] * known) for c in range(3)]
    resized = np.stack(planes, axis=-1) / np.maximum(weight, 1e-6)[..., None]
    missing = weight < 1 - 1e-4
    return (
        np.clip(np.rint(resized), 0, 255).astype(np.uint8),
        (missing * 255).astype(np.uint8),
    )


def enlarge(picture, size):
    """uint8 [h, w, 3] -> uint8 [H, W, 3] of size (W, H), bicubic; smaller too."""
    if picture.shape[1::-1] == tuple(size):
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def paste_filling(image, mask, completed):
    """Puts a completion of another size into the hole; known pixels stay as they are."""
    filling = enlarge(completed, image.shape[1::-1])
    return np.where(mask[..., None] > 127, filling, image)


def save(path, array):
    """Writes uint8 [H, W, 3] as PNG under a temporary name, then renames it."""
    temporary = f"{path}.tmp"
    Image.fromarray(array).save(temporary, "PNG")
    os.replace(temporary, path)


def holed(image, mask):
    """The picture with its hole in plain grey, as a person should see the task."""
    return np.where(mask[..., None] > 127, np.uint8(127), image)


def contact_sheet(top, columns, captions, cell=192, gap=6):
    """The paper's Figure 1: the task above, below it each structure over its completion.

    Args:
      top: uint8 [H, W, 3], the holed picture.
      columns: list of lists of uint8 pictures, from top to bottom.
      captions: one line of text per column.
      cell: longest side of a picture on the sheet.
      gap: pixels between them.

    Returns:
      uint8 [h, w, 3].
    """
    scale = cell / max(top.shape[:2])
    size = (max(1, round(top.shape[1] * scale)), max(1, round(top.shape[0] * scale)))
    caption_height = 16
    width = len(columns) * (size[0] + gap) + gap
    rows = 1 + len(columns[0])
    height = rows * (size[1] + gap) + gap + caption_height
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)

    def put(picture, x, row):
        picture = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        sheet.paste(picture, (x, gap + row * (size[1] + gap)))

    put(top, (width - size[0]) // 2, 0)
    for i, (pictures, caption) in enumerate(zip(columns, captions)):
        x = gap + i * (size[0] + gap)
        for row, picture in enumerate(pictures, start=1):
            put(picture, x, row)
        draw.text((x, height - caption_height), caption, fill="black")
    return np.asarray(sheet)


# Dark to bright, evenly readable in grey too.
_HEAT = np.array(
    [[12, 8, 40], [90, 20, 110], [190, 55, 85], [250, 140, 40], [255, 245, 170]]
)


def heat_map(bits, height, width, top=None):
    """Bits per code as colours: float [h, w] -> uint8 [height + 18, width, 3].

    The strip below names the ends of the scale. Small pictures are enlarged by a whole
    factor, so that it can be read.
    """
    factor = -(-256 // width)
    height, width = height * factor, width * factor
    top = max(float(bits.max()) if top is None else top, 1e-6)
    place = np.clip(bits / top, 0, 1) * (len(_HEAT) - 1)
    low = np.minimum(place.astype(int), len(_HEAT) - 2)
    share = (place - low)[..., None]
    colours = _HEAT[low] * (1 - share) + _HEAT[low + 1] * share
    picture = Image.fromarray(colours.astype(np.uint8)).resize(
        (width, height), Image.Resampling.NEAREST
    )
    sheet = Image.new("RGB", (width, height + 18), "white")
    sheet.paste(picture, (0, 0))
    mean = f"0 to {top:.1f} bits a code, mean {bits.mean():.2f}"
    ImageDraw.Draw(sheet).text((2, height + 3), mean, fill="black")
    return np.asarray(sheet)
