"""Names of layers and variables: ours are stable, the authors' cover everything once."""

import collections

import numpy as np
import pytest

from tests import tiny
from vqinpaint.authors.names import authors_variables
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE


def _networks():
    """The six networks, built."""
    vqvae, structure, texture = (
        make(tiny.OPTIONS) for make in (VQVAE, StructureGenerator, Texture)
    )
    return [
        *(vqvae.encoder, vqvae.decoder),
        *(structure.condition, structure.prior),
        *(texture.generator, texture.discriminator),
    ]


def test_variables_are_named_alike_however_many_networks_were_made_before():
    """TensorBoard's histograms of a resumed run continue those of the run before."""
    first, second = (
        [[v.name for v in network.variables] for network in _networks()]
        for _ in range(2)
    )
    assert first == second
    for names in first:
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("number", range(6))
def test_every_number_of_every_variable_has_one_place_in_the_authors_checkpoint(number):
    network = _networks()[number]
    seen = collections.defaultdict(int)
    for name, slot in authors_variables(network, averages=True).items():
        if name.endswith("ema_dw/local_step"):
            continue  # the authors count the steps of a codebook twice, we once
        marks = np.zeros(slot.variable.shape)
        if marks.ndim:
            marks[..., slot.columns] = 1
        else:
            marks += 1
        seen[id(slot.variable)] += marks
    for variable in network.variables:
        np.testing.assert_array_equal(seen[id(variable)], 1, err_msg=variable.name)


def test_heads_alternate_between_queries_keys_and_values():
    """The authors make the layers of one head before those of the next."""
    prior = _networks()[3]
    attend = next(b.attend for b in prior.lower if b.attend is not None)
    slots = list(authors_variables(prior).values())
    order = [
        (slot.variable.name.split("/")[-2], slot.columns.start)
        for slot in slots
        if slot.variable.name.split("/")[-3] == "attend"
        and slot.variable.name.endswith("gain:0")
    ]
    key, value = (layer.units // attend.heads for layer in (attend.keys, attend.values))
    assert order == [
        *(("queries", 0), ("keys", 0), ("values", 0)),
        *(("queries", key), ("keys", key), ("values", value)),
        ("project", None),
    ]
