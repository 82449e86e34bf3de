"""The files that a completed picture leaves behind."""

import dataclasses
import os

import numpy as np

from vqinpaint.completing import windows
from vqinpaint.json_files import write_json
from vqinpaint.pictures import files, sheets


@dataclasses.dataclass
class Result:
    """N completions of a picture and how they came about."""

    image: np.ndarray  # uint8 [H, W, 3]
    mask: np.ndarray  # uint8 [H, W], 255 where missing
    seeds: list  # N ints
    completed: np.ndarray  # uint8 [N, H, W, 3]
    steps: list  # of `windows.Step`
    # A step's arrays with N rows: `structure` uint8 [S, S, 3], `codes` [h, w]; where
    # codes were drawn also `bits` and `entropy` [h, w]; perhaps `score` [].
    found: list

    def bits(self):
        """float [N], of all windows; None where codes were not drawn."""
        return self._total("bits", lambda value: value.sum(axis=(1, 2)))

    def scores(self):
        """float [N], the discriminator's mean over windows; None if it was not asked."""
        total = self._total("score", np.asarray)
        return None if total is None else total / len(self.found)

    def _total(self, name, reduce):
        if not self.found or name not in self.found[0]:
            return None
        return np.sum([reduce(step[name]) for step in self.found], axis=0)

    def best(self, number, by):
        """The `number` best completions, best first.

        Args:
          by: "likelihood" or "discriminator".
        """
        order = np.arange(len(self.seeds))
        if by == "discriminator" and self.scores() is not None:
            order = np.argsort(-self.scores(), kind="stable")
        elif by == "likelihood" and self.bits() is not None:
            order = np.argsort(self.bits(), kind="stable")
        chosen = order[:number]
        return dataclasses.replace(
            self,
            seeds=[self.seeds[i] for i in chosen],
            completed=self.completed[chosen],
            found=[{k: v[chosen] for k, v in step.items()} for step in self.found],
        )


def write(folder, name, result, facts):
    """Writes completions, contact sheet, entropy picture and JSON of one picture.

    Args:
      folder: made if needed.
      name: how all files begin.
      result: `Result`.
      facts: dict that begins the JSON, which is written last.
    """
    os.makedirs(folder, exist_ok=True)
    base = os.path.join(folder, name)
    for i, completed in enumerate(result.completed):
        files.save(f"{base}_{i:02d}.png", completed)
    if result.found:
        _write_sheets(base, result)
    bits, scores = result.bits(), result.scores()
    samples = [
        {
            "seed": seed,
            "file": f"{name}_{i:02d}.png",
            "bits": None if bits is None else float(bits[i]),
            "discriminator": None if scores is None else float(scores[i]),
            "windows": [_codes(step, i) for step in result.found],
        }
        for i, seed in enumerate(result.seeds)
    ]
    places = [step.window._asdict() for step in result.steps]
    write_json(f"{base}.json", {**facts, "windows": places, "samples": samples})


def _write_sheets(base, result):
    cut, structures, entropy = windows.shown(
        result.image, result.mask, result.steps, result.found
    )
    bits = result.bits()
    if bits is None:
        captions = ["given structure"] * len(result.seeds)
    else:
        captions = [f"seed {s}: {b:.0f} bits" for s, b in zip(result.seeds, bits)]
    columns = list(zip(structures, map(cut, result.completed)))
    top = cut(sheets.holed(result.image, result.mask))
    files.save(f"{base}_grid.png", sheets.contact_sheet(top, columns, captions))
    if entropy is not None:
        heat = sheets.heat_map(entropy, *top.shape[:2])
        files.save(f"{base}_entropy.png", heat)


def _codes(step, i):
    found = {"codes": step["codes"][i].tolist()}
    if "bits" in step:
        found["bits_per_code"] = step["bits"][i].round(4).tolist()
    return found
