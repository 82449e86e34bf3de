"""What may be asked for, and what a wrong value is told."""

import dataclasses

import pytest

from vqinpaint import Request
from vqinpaint.errors import UsageError


def test_completions_take_consecutive_seeds():
    request = Request(seed=7, num_samples=3)
    assert request.seeds == [7, 8, 9]
    assert request.kept == 3
    assert dataclasses.replace(request, keep=2).kept == 2


def test_a_given_structure_has_one_completion():
    request = Request(num_samples=8, keep=4, structure_from="cat.json:3")
    assert request.seeds == [0] and request.kept == 1
    assert Request(num_samples=8, seed=2**31 - 8).seeds[-1] == 2**31 - 1


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"num_samples": 0}, "num_samples is 0; it must be 1 to 1000"),
        ({"num_samples": 1001}, "1 to 1000"),
        ({"keep": 9}, r"keep is 9; it must be at most num_samples \(8\)"),
        ({"keep": -1}, "keep is -1"),
        ({"temperature": -0.1}, "temperature is -0.1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"temperature": float("inf")}, "temperature is inf"),
        ({"seed": 2**31 - 7}, "fit into 32 bits"),
        ({"seed": -(2**31) - 1}, "fit into 32 bits"),
        ({"top_k": -1}, "top_k is -1"),
        ({"top_p": 0.0}, "top_p is 0.0"),
        ({"top_p": 1.5}, "top_p is 1.5"),
        ({"feather": -1}, "feather is -1"),
        ({"size": "large"}, "size is 'large'; it must be one of crop, resize, native"),
        ({"keep_by": "luck"}, "keep_by is 'luck'"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(fields, words):
    with pytest.raises(UsageError, match=words):
        Request(**fields)


def test_the_limits_themselves_are_allowed():
    Request(num_samples=1000, keep=1000, temperature=0.0, top_p=1.0, top_k=0)
    Request(seed=-(2**31))
    Request(seed=2**31 - 9, num_samples=8)
