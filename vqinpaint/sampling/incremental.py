"""One code at a time, with everything kept that earlier codes have settled."""

from vqinpaint.sampling import rows


def sample(steps, noise, control, on_row=None):
    """As `naive.sample`, from the step interface; see `rows.sample`."""
    return rows.sample(steps, noise, control, 1, on_row)
