"""What an import says of itself: the table of parts, and the story of the model card."""

from __future__ import annotations

from vqinpaint.authors.contents import PARTS, Contents

_STORY = """
The weights come from a TensorFlow 1 checkpoint of *Generating Diverse Structure for Image
Inpainting With Hierarchical VQ-VAE* (Peng, Liu, Xu, Li, CVPR 2021;
USTC-JialunPeng/Diverse-Structure-Inpainting). Their licence and the data's are the authors' to
state.

{table}

| file | sha256 |
|---|---|
{files}

Deliberately left out: {left_out}.
"""


def table_of_parts(contents: Contents) -> str:
    """A Markdown table of the networks' parts with their variables and parameters."""
    lines = ["| part | variables | parameters |", "|---|---|---|"]
    total = 0
    for part in PARTS:
        sizes = [
            source.size
            for name, source in contents.sources.items()
            if name.startswith(f"{part}/")
        ]
        total += sum(sizes)
        lines.append(f"| {part} | {len(sizes)} | {sum(sizes):,} |")
    return "\n".join([*lines, f"| all | {len(contents.sources)} | {total:,} |"])


def story(contents: Contents, files: dict[str, str]) -> str:
    """Where the weights come from, in Markdown, for the model card.

    Args:
      contents: what the checkpoints hold.
      files: SHA-256 of the checkpoints' files by name, see `TF1Checkpoint.files`.
    """
    return _STORY.format(
        table=table_of_parts(contents),
        files="\n".join(f"| {path} | {digest} |" for path, digest in files.items()),
        left_out=contents.left_out_in_words(),
    )
