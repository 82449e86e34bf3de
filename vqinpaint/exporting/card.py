"""The model card: a Hugging Face style head, and what a stranger needs to call it."""

import os

from vqinpaint import outputs
from vqinpaint.ops.decoding import LONGEST_SIDE, MOST_PIXELS
from vqinpaint.printable import printable

_CARD = """---
license: {license}
library_name: tensorflow
pipeline_tag: image-to-image
tags: [inpainting, {tag}, diverse-inpainting]
---

# {title}

Completes {side}x{side} pictures with a hole in several different ways. Made by vqinpaint
{version}.

{story}
{figures}
## How to call it

```python
import tensorflow as tf

model = tf.saved_model.load("{name}")
answer = model.signatures["serving_default"](
    image_bytes=tf.io.read_file("cat.png")[None],
    mask_bytes=tf.io.read_file("hole.png")[None],
    seed=tf.constant([0]),
    temperature=tf.constant([1.0]),
)
answer["completed_bytes"]  # PNG, [batch, {samples}]
```

Masks are white (over 127) where the picture is missing. Each row gets {samples}
completions; completion i takes the row's seed + i, so a row gives the same bytes alone and
in any batch. Temperature 1 draws as the model believes, 0 {coldest}.

**Look at `error`**: it is empty for a row that was completed, and says for any other what is
wrong with it: a file that cannot be decoded, a temperature that is not finite or below 0,
seeds that do not fit into 32 bits. All other outputs of such a row are empty or zero.
`inpaint_from_noise` has no text: there, a row whose known pixels, mask, noise or temperature
cannot be used is {unusable}. All inputs must have the same number of rows.

`serving_default` and `details` take PNG, JPEG, BMP or GIF of any size up to {pixels} pixels,
{longest} on a side (EXIF orientation is not looked at): another size than {side}x{side} is completed at {side}x{side}, missing pixels left out of
the resizing, and the hole alone filled at the picture's own size; a mask of another size than
its picture is resized by nearest neighbour. All other signatures take {side}x{side} only.

{generate}{signatures}
"""

_GENERATE = """`generate` draws one picture from nothing for each row, by its seed and
temperature, as the model was trained with pictures of which nothing was known.

"""

# What differs between the families of models: a tag, and what two sentences say.
_WORDS = {
    "vqvae": {
        "tag": "vq-vae",
        "coldest": "the likeliest alone",
        "unusable": "NaN, its codes -1",
    },
    "pic": {
        "tag": "cvae",
        "coldest": "the mean of what it believes",
        "unusable": "NaN",
    },
}


def write_card(folder, title, name, story, facts):
    """Writes README.md.

    Args:
      folder: SavedModel.
      title: one line.
      name: how the folder will be called, as a reader may find it.
      story: where the weights come from, Markdown.
      facts: contents of options.json: `model`, `version`, `num_samples`, `signatures`,
        and where known `license` and `metrics`.
    """
    card = _CARD.format(
        **_WORDS[facts.get("family", "vqvae")],
        license=facts.get("license", "apache-2.0"),
        title=printable(title),
        side=facts["model"]["image_size"],
        version=facts["version"],
        story=story.strip() + "\n",
        figures=_figures(facts.get("metrics")),
        name=printable(name),
        samples=facts["num_samples"],
        pixels=MOST_PIXELS,
        longest=LONGEST_SIDE,
        generate=_GENERATE if "generate" in facts["signatures"] else "",
        signatures=_table(facts["signatures"]),
    )
    # Names that are not UTF-8 are told as they are shown.
    data = card.encode("utf-8", "backslashreplace")
    outputs.write(os.path.join(folder, "README.md"), data)


def _figures(metrics):
    if not metrics:
        return ""
    rows = [
        f"| {name} | {value:.4g} |"
        for name, value in metrics.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    lines = ["## Figures", "", "| by `vqinpaint.evaluate` | |", "|---|---|", *rows, ""]
    return "\n".join(lines) + "\n"


def _table(signatures):
    lines = ["| signature | inputs | outputs |", "|---|---|---|"]
    for name, parts in signatures.items():
        cells = [
            "<br>".join(f"`{key}` {text}" for key, text in parts[side].items())
            for side in ("inputs", "outputs")
        ]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)
