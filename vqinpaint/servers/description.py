"""What a server says of the model that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from vqinpaint.answers import Wanted

# Bytes of the longest description of a model: those of exports have some ten thousand.
MOST_DESCRIBED = 4 << 20
# Bytes of the longest answer to a request, whatever the server says of its model.
_MOST_ANSWERED = 256 << 20
# Of one number as JSON, with what separates it from the next.
_BYTES_OF_NUMBER = 32
# Of headers, names and padding.
_BYTES_BESIDE = 1 << 16


class Description(NamedTuple):
    """A served model.

    Attributes:
      signatures: shapes by signature, "inputs" or "outputs", and name: lists of ints, -1
        for a size that is not fixed.
      version: the version that answers; None where the server does not say.
    """

    signatures: dict[str, dict[str, dict[str, list[int]]]]
    version: str | None


def shapes_of(signatures: Any) -> dict[str, dict[str, dict[str, list[int]]]]:
    """What `Description.signatures` holds, of a `SignatureDefMap`."""
    return {
        name: {
            side: {
                key: [d.size for d in info.tensor_shape.dim]
                for key, info in getattr(signature, side).items()
            }
            for side in ("inputs", "outputs")
        }
        for name, signature in signatures.signature_def.items()
    }


def most_bytes(wanted: Mapping[str, Wanted], picture: int) -> int:
    """How many bytes an answer may have, by REST or by gRPC.

    Args:
      wanted: what it must hold.
      picture: pixels of each encoded picture.
    """
    # PNG of noise is a little larger than its pixels; base64 adds a third.
    encoded = 4 * (3 * picture * 1.01 + _BYTES_BESIDE) / 3
    sizes = (
        want.size * (encoded if want.dtype is object else _BYTES_OF_NUMBER)
        for want in wanted.values()
    )
    return min(_MOST_ANSWERED, int(sum(sizes)) + _BYTES_BESIDE)
