"""One code at a time, with everything kept that earlier codes have settled."""

from vqinpaint.sampling import rows


def sample(make_steps, noise, control, on_row=None):
    """As `naive.sample`, from the step interface.

    Args:
      make_steps: function from the number of columns asked for at once to the step
        interface, see `rows.sample`.
      noise, control, on_row: as of `naive.sample`.
    """
    return rows.sample(make_steps(1), noise, control, on_row)
