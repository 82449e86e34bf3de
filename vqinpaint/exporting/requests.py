"""Requests to try a model with: every signature, any number of rows."""

import numpy as np
import tensorflow as tf

from vqinpaint.ops.images import to_float
from vqinpaint.pictures.masks import is_missing


def requests(model, batch):
    """Inputs for every signature.

    Args:
      model: `ServedInpainter` or `ServedPic`.
      batch: rows; their pictures, seeds and temperatures differ.

    Returns:
      dict of dicts of NumPy arrays, by signature and input.
    """
    side, rows = model.inpainter.image_size, np.arange(batch)
    generator = np.random.default_rng(0)  # the first rows are the same in any batch
    images, masks = [], []
    for i in rows:
        coarse = generator.uniform(0, 255, (8, 8, 3)).astype(np.float32)
        image = tf.cast(tf.image.resize(coarse, [side, side]), tf.uint8).numpy()
        mask = np.zeros((side, side, 1), np.uint8)
        mask[side // 4 : -side // 4, side // 8 * (i % 3 + 1) : -side // 4] = 255
        images.append(image)
        masks.append(mask)
    images, masks = np.stack(images), np.stack(masks)
    per_row = {
        "seed": rows.astype(np.int32),
        "temperature": np.where(rows % 3 == 2, 0.5, 1).astype(np.float32),
    }
    encoded = {
        f"{name}_bytes": np.array([tf.io.encode_png(p).numpy() for p in array], object)
        for name, array in (("image", images), ("mask", masks))
    }
    pictures = {"image": images, "mask": masks}
    inpainter, seeds = model.inpainter, tf.constant(per_row["seed"])
    texture_noise = {}
    if getattr(inpainter, "texture", None) == "codes":
        texture_noise["texture_noise"] = inpainter.texture_noise(seeds).numpy()
    inputs = {
        "serving_default": {**encoded, **per_row},
        "details": {**encoded, **per_row},
        "inpaint": {**pictures, **per_row},
        "entropy": {**pictures, **per_row},
        "inpaint_from_noise": {
            "image": to_float(images).numpy(),
            "mask": is_missing(masks).astype(np.float32),
            "noise": inpainter.noise(seeds).numpy(),
            "temperature": per_row["temperature"],
            **texture_noise,
        },
        "generate": per_row,
        "encode": {"image": images},
        "reconstruct": {"image": images},
    }
    return {name: inputs[name] for name in model.signatures()}
