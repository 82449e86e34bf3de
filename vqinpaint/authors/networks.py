"""Networks filled from the authors' checkpoints, every variable in its place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vqinpaint.authors.contents import DEBIASING, Contents, listed
from vqinpaint.authors.names import authors_variables
from vqinpaint.authors.slots import Slot
from vqinpaint.errors import ModelError
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import ModelOptions


class Networks(NamedTuple):
    """All networks of a model, with their variables made."""

    vqvae: VQVAE
    structure: StructureGenerator
    texture: Texture

    def slots(self, averages: bool) -> dict[str, Slot]:
        """All variables by the authors' names; see `authors_variables`."""
        parts = (
            self.vqvae.encoder,
            self.vqvae.decoder,
            self.structure.condition,
            self.structure.prior,
            self.texture.generator,
            self.texture.discriminator,
        )
        slots = {}
        for part in parts:
            slots.update(authors_variables(part, averages))
        return slots


def load_networks(contents: Contents, options: ModelOptions) -> Networks:
    """Makes all networks and fills every variable from the checkpoints.

    Where the codebooks' biased averages are not stored, they are set to what they are
    after very many steps, when the correction is 1, so that training can go on.

    Args:
      contents: of the checkpoints; each of its variables is used exactly once.
      options: sizes, see `sizes.infer_options`.

    Raises:
      ModelError: variables are missing, left over, of another shape, or damaged.
    """
    networks = Networks(VQVAE(options), StructureGenerator(options), Texture(options))
    debiasing = any(map(DEBIASING.fullmatch, contents.sources))
    slots = networks.slots(averages=debiasing)
    problems = {
        "missing": [n for n in slots if n not in contents.sources],
        "not of this network": [n for n in contents.sources if n not in slots],
        "of another shape": [
            f"{n} {s.shape} instead of {slots[n].read().shape}"
            for n, s in contents.sources.items()
            if n in slots and s.shape != slots[n].read().shape
        ],
    }
    if any(problems.values()):
        text = "; ".join(f"{k}: {listed(v)}" for k, v in problems.items() if v)
        raise ModelError(f"the checkpoint does not fit this network; {text}.")
    for name, source in contents.sources.items():
        value = source.read()
        if not np.isfinite(value).all():
            raise ModelError(
                f"{source.checkpoint.prefix} holds values of {name} that are not finite; "
                "name a checkpoint from before they were."
            )
        slots[name].write(value)
    if not debiasing:
        for codebook in (
            networks.vqvae.encoder.top_codebook,
            networks.vqvae.encoder.bottom_codebook,
        ):
            codebook.biased_counts.assign(codebook.counts)
            codebook.biased_sums.assign(codebook.sums)
            codebook.steps_taken.assign(1e6)
    return networks
