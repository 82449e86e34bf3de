"""`inpaint` on pictures of awkward sizes and holes: time, memory, and what must hold."""

import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image, ImageDraw

from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.pictures import files
from vqinpaint.pictures.masks import is_missing

flags.DEFINE_string("photograph", None, "Picture to take; default: a cloudy one.")
flags.DEFINE_list("sizes", ["3000x2000", "65x1000"], "WIDTHxHEIGHT to bring it to.")

# No model paints this; a missing pixel that has it was not filled.
_UNFILLED = (255, 0, 255)


def _clouds(width, height):
    """Noise of several scales, in colours."""
    generator = np.random.default_rng(0)
    total = np.zeros([height, width, 3], np.float32)
    for cells in (2, 5, 12, 40):
        noise = generator.integers(0, 256, [cells, cells, 3], np.uint8)
        layer = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) / cells
    total -= total.min()
    return Image.fromarray((total * 255 / total.max()).astype(np.uint8))


def _masks(width, height):
    """Name -> a mask of that size."""
    drawings = {
        "thin": lambda pen: pen.line(
            [0, height - 1, width // 3, height // 2, width - 1, 0],
            fill=255,
            width=max(2, min(width, height) // 250),
        ),
        "large": lambda pen: pen.rectangle(
            [width // 4, height // 4, width * 3 // 4, height * 3 // 4], fill=255
        ),
        "at the edge": lambda pen: pen.rectangle(
            [width * 4 // 5, height * 4 // 5, width, height], fill=255
        ),
    }
    for name, draw in drawings.items():
        mask = Image.new("L", (width, height))
        draw(ImageDraw.Draw(mask))
        yield name, mask


def _try(folder, picture, mask):
    """Completes one picture by the command line in a process of its own."""
    image = np.asarray(picture)
    missing = is_missing(np.asarray(mask))
    seen = np.where(missing[..., None], np.uint8(_UNFILLED), image)
    Image.fromarray(seen).save(os.path.join(folder, "picture.png"))
    mask.save(os.path.join(folder, "mask.png"))
    command = [sys.executable, "-m", "vqinpaint.inpaint", f"--model={FLAGS.model}"]
    command += [f"--num_samples={FLAGS.batch}", f"--output={folder}/out", "--overwrite"]
    command += [f"--image={folder}/picture.png", f"--mask={folder}/mask.png"]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise UsageError(f"inpaint failed: {told.strip().splitlines()[-1]}")
    known_equal, unfilled = True, 0
    for i in range(FLAGS.batch):
        path = os.path.join(folder, "out", f"picture_{i:02d}.png")
        completed = np.asarray(Image.open(path))
        known_equal &= bool((completed == image)[~missing].all())
        unfilled += int((completed == _UNFILLED).all(axis=-1)[missing].sum())
    return {
        "missing": float(missing.mean()),
        "known_equal": known_equal,
        "unfilled": unfilled,
        "seconds": seconds,
        "peak_mb": usage.ru_maxrss // 1000,
        "windows": "".join(re.findall(r"in (\d+ window\(s\).*)", told)) or "whole",
    }


def benchmark():
    """--batch is the number of completions per picture."""
    if not FLAGS.model:
        raise UsageError("give --model.")
    found = {}
    print(f"{FLAGS.batch} completions each")
    with tempfile.TemporaryDirectory() as folder:
        for size in FLAGS.sizes:
            if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", size):
                raise UsageError(f"--sizes={size}: write WIDTHxHEIGHT.")
            width, height = map(int, size.split("x"))
            if FLAGS.photograph:
                picture = Image.fromarray(files.load_image(FLAGS.photograph))
                picture = picture.resize((width, height))
            else:
                picture = _clouds(width, height)
            for name, mask in _masks(width, height):
                row = _try(folder, picture, mask)
                found[f"{size} {name}"] = row
                print(
                    f"{size:>10} {name:12} {row['missing']:6.1%} missing"
                    f"{row['seconds']:8.1f} s{row['peak_mb']:7} MB  known pixels "
                    f"{'equal' if row['known_equal'] else 'CHANGED'}, "
                    f"{row['unfilled']} unfilled; {row['windows']}"
                )
    return {**found}
