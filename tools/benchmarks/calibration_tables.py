"""The figures of `calibration` as tables for people, with targets for a centred hole."""

from vqinpaint import creatures
from vqinpaint.metrics.creature_faces import PAIRS

_WIDTH = 46  # of the first column


def show(result, centred):
    """Prints all tables of `Calibration.result`.

    Args:
      result: nested dicts of figures.
      centred: whether the holes are the centred one, for which the targets are.
    """
    _show_faces(result["faces"], centred)
    _show_codes(result["codes"], next(iter(result["faces"].values())), centred)
    _show_columns("what the true codes keep", result["recovered"])
    _show_columns("errors, in grey levels and dB", result["errors"])


def _print(name, target, values):
    print(f"{name:{_WIDTH}}{target:>22}" + "".join(f"{value:>16}" for value in values))


def _show_faces(faces, centred):
    """One line per figure, one column per temperature."""

    def line(name, target, shown, *needed):
        """A line if some column has the figures that it needs."""
        if any(set(needed) <= set(f) for f in faces.values()):
            values = [
                shown(f) if set(needed) <= set(f) else "-" for f in faces.values()
            ]
            _print(name, target if centred else "", values)

    def found_and(name, other):
        return lambda f: f"{f[name]:.3f} ({f[other]:.3f})"

    print()
    _print("", "target" if centred else "", [f"temperature {t}" for t in faces])
    target = "95 % at 1, 99 % at 0.7"
    line("clear completions", target, lambda f: f"{f['clear']:.1%}", "clear")
    name = "variation_beyond_chance"
    target = "at most 0.05 at 1"
    line("variation beyond chance", target, lambda f: f"{f[name]:.3f}", name)
    for name in creatures.HIDDEN:
        figure, chance = f"variation_{name}", f"variation_{name}_by_chance"
        shown = found_and(figure, chance)
        line(f"  variation of {name} (by chance)", "", shown, figure, chance)
    for first, second in PAIRS:
        figure = f"information_{first}_{second}"
        bits = f"{figure}_true"
        text = f"information of {first} and {second} (true), bits"
        line(text, "within 15 %", found_and(figure, bits), figure, bits)
    figure = "eyes_alike"
    line("both eyes alike", "98 %", lambda f: f"{f['eyes_alike']:.1%}", figure)
    names = "different", "different_true"
    line("different clear ones (true)", "as many", found_and(*names), *names)


def _show_codes(codes, faces, centred):
    print()
    bits = codes["hole_bits"]
    print(f"true codes in the hole: {bits:.1f} bits in {codes['hole_codes']:.0f} codes")
    mean = creatures.probability.mean_entropy()
    table = f"; the table's mean is {mean:.1f}" if centred else ""
    print(f"what they truly hide:   {faces['true_bits']:.1f} bits{table}")
    print(f"all true codes:         {codes['all_bits']:.1f} bits")


def _show_columns(title, columns):
    """A line per figure, a column per dict."""
    print(f"\n{title}")
    print(" " * 24 + "".join(f"{name:>16}" for name in columns))
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        values = [f"{c[name]:.3f}" if name in c else "-" for c in columns.values()]
        print(f"{name:24}" + "".join(f"{value:>16}" for value in values))
