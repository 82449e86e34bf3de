"""The files that a completed picture leaves behind."""

import os

from vqinpaint import pictures
from vqinpaint.options import write_json


def write(folder, name, image, mask, result, facts):
    """Writes completions, contact sheet, entropy picture and JSON of one picture.

    Args:
      folder: made if needed.
      name: how all files begin.
      image: uint8 [H, W, 3].
      mask: uint8 [H, W], 255 where missing.
      result: dict of arrays: `completed` uint8 [N, H, W, 3], `structure` uint8
        [N, S, S, 3], `codes`, `bits`, `entropy` [N, h, w], and `seeds`, N ints.
      facts: dict that begins the JSON.
    """
    os.makedirs(folder, exist_ok=True)
    base = os.path.join(folder, name)
    for i, completed in enumerate(result["completed"]):
        pictures.save(f"{base}_{i:02d}.png", completed)
    totals = result["bits"].sum(axis=(1, 2))
    captions = [
        f"seed {seed}: {bits:.0f} bits" for seed, bits in zip(result["seeds"], totals)
    ]
    columns = list(zip(result["structure"], result["completed"]))
    sheet = pictures.contact_sheet(pictures.holed(image, mask), columns, captions)
    pictures.save(f"{base}_grid.png", sheet)
    heat = pictures.heat_map(result["entropy"].mean(axis=0), *image.shape[:2])
    pictures.save(f"{base}_entropy.png", heat)
    samples = [
        {
            "seed": seed,
            "file": f"{name}_{i:02d}.png",
            "bits": float(totals[i]),
            "bits_per_code": result["bits"][i].round(4).tolist(),
            "codes": result["codes"][i].tolist(),
        }
        for i, seed in enumerate(result["seeds"])
    ]
    write_json(f"{base}.json", {**facts, "samples": samples})
