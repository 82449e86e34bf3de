"""Pictures brought to a model's size and back, missing pixels unseen."""

import numpy as np
from PIL import Image

from vqinpaint.pictures.masks import is_missing


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
    return np.where(is_missing(mask[..., None]), filling, image)
