"""Which figures are measured besides those that need no network."""

from __future__ import annotations

import dataclasses

from vqinpaint.options.fields import option


@dataclasses.dataclass(frozen=True)
class FigureOptions:
    """Networks that figures are defined by, and what is told of figures."""

    inception: str = option(
        "",
        "The frozen graph classify_image_graph_def.pb, for FID, KID, inception scores, "
        "precision to coverage, P-IDS and U-IDS; see docs/evaluation.md for where it is.",
    )
    lpips: str = option(
        "",
        "File of LPIPS weights on AlexNet or VGG16, for distances to the truth and "
        "between completions; see docs/evaluation.md for how to make it.",
    )
    features_cache: str = option(
        "",
        "Folder that keeps features of pictures, by their content, for further "
        "evaluations; empty keeps none.",
    )
    intervals: bool = option(
        True,
        "Measure the 95 % interval of each figure over other pictures of the kind.",
    )
    plots: bool = option(
        False,
        "Write plots beside the JSON file: quality against diversity over temperatures, "
        "and maps of the codes' entropy. They need the extra plots.",
    )
