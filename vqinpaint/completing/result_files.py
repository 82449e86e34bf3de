"""The files that a completed picture leaves behind."""

from __future__ import annotations

import numpy as np

from vqinpaint import outputs
from vqinpaint.completing.ownership import ENTROPY, SHEET, sample_name
from vqinpaint.completing.result import SCORES, Result
from vqinpaint.completing.windows import Window
from vqinpaint.pictures import png, resizing, sheets
from vqinpaint.reporting import SILENT, Reporter

# Pixels of the picture that stand for one value of a map.
_CELL = 8


def write(
    name: str,
    result: Result,
    facts: dict,
    claim: outputs.Claim,
    reporter: Reporter = SILENT,
) -> None:
    """Writes completions, contact sheet, entropy picture and JSON of one picture.

    Args:
      name: how the names of all files begin.
      result: what to write.
      facts: entries that begin the JSON, which is written last.
      claim: from `ownership.claim`, for at least so many completions.
      reporter: told what does not fit on the contact sheet.
    """
    for i in range(len(result.completed)):
        claim.write(sample_name(name, i), result.png(i))
    if result.found:
        _write_sheets(claim, name, result, reporter)
    scores = {score: result.score(score) for score in SCORES}
    samples = [
        {
            "seed": seed,
            "file": sample_name(name, i),
            **{
                score: None if values is None else float(values[i])
                for score, values in scores.items()
            },
            "windows": [_record(answer, i) for answer in result.found],
        }
        for i, seed in enumerate(result.seeds)
    ]
    places = [step.window._asdict() for step in result.steps]
    claim.finish(
        outputs.as_json(
            {**facts, "files": claim.digests, "windows": places, "samples": samples}
        )
    )


def _record(answer, i):
    """What the JSON keeps of completion i in one window."""
    kept = {}
    for name, values in answer.record.items():
        value = values[i]
        if np.issubdtype(value.dtype, np.floating):
            value = value.round(4)
        kept[name] = value.tolist()
    return kept


def _write_sheets(claim, name, result, reporter):
    cut, structures, entropy = _shown(result)
    bits = result.score("bits")
    if bits is not None:
        texture = result.score("texture_bits")
        told = [f"{b:.0f}" for b in bits]
        if texture is not None:
            told = [f"{own} + {t:.0f}" for own, t in zip(told, texture)]
        captions = [f"seed {s}: {t} bits" for s, t in zip(result.seeds, told)]
    elif structures is None:
        captions = [f"seed {seed}" for seed in result.seeds]
    else:
        captions = ["given structure"] * len(result.seeds)
    rows = [] if structures is None else [structures]
    columns = list(zip(*rows, map(cut, result.completed)))
    top = cut(sheets.holed(result.image, result.mask))
    room = sheets.columns_that_fit(top, len(columns[0]))
    if room < len(columns):
        reporter.note(
            f"note: {name}{SHEET} shows the first {room} of {len(columns)} completions; "
            "all of them are in files of their own."
        )
    sheet = sheets.contact_sheet(top, columns[:room], captions[:room])
    claim.write(f"{name}{SHEET}", png.encoded(sheet))
    if entropy is not None:
        picture = sheets.heat_map(entropy, *top.shape[:2])
        claim.write(f"{name}{ENTROPY}", png.encoded(picture))


def _shown(result):
    """What a contact sheet shows: the only window, or the whole picture.

    Returns:
      A function that cuts what is shown out of [H, W, 3], the structures as pictures of
      that size uint8 [N, ...] or None, and the entropy float [h, w] or None.
    """
    drawn = "entropy" in result.found[0].maps
    if len(result.steps) == 1:
        window, answer = result.steps[0].window, result.found[0]
        entropy = answer.maps["entropy"].mean(axis=0) if drawn else None
        return (
            lambda array: window.cut(array, sheets.HOLE_GREY),
            answer.views.get("structure"),
            entropy,
        )
    holed = sheets.holed(result.image, result.mask)
    structures = None
    if "structure" in result.found[0].views:
        structures = np.repeat(holed[None], len(result.seeds), axis=0)
    entropy = np.zeros([-(-size // _CELL) for size in result.mask.shape], np.float32)
    for (window, chosen), answer in zip(result.steps, result.found):
        size = (window.width, window.height)
        views = () if structures is None else zip(structures, answer.views["structure"])
        for canvas, structure in views:
            window.put(canvas, resizing.enlarge(structure, size), chosen)
        if drawn:
            _put_map(entropy, window, answer.maps["entropy"].mean(axis=0))
    return lambda array: array, structures, entropy if drawn else None


def _put_map(whole, window, part):
    """Writes a window's map into that of the picture, by nearest neighbour."""
    small = Window(*(value // _CELL for value in window))
    y, x = (np.arange(n) * len(part) // n for n in (small.height, small.width))
    everywhere = np.ones([small.height, small.width], bool)
    small.put(whole, part[y][:, x], everywhere)
