"""Finds the API that an address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from vqinpaint import shipped
from vqinpaint.answers import Wanted
from vqinpaint.errors import UsageError
from vqinpaint.servers.description import Description


class Server(Protocol):
    """One model of a server, as `rest.RestServer` and `grpc_api.GrpcServer` are."""

    def describe(self) -> Description:
        """What the model is like."""

    def predict(
        self, signature: str, row: dict, wanted: Mapping[str, Wanted], most_bytes: int
    ) -> dict[str, np.ndarray]:
        """The wanted outputs of a signature for one row of inputs."""


def connect(
    url: str, model: str, version: int | None = None, timeout: float = 60.0
) -> Server:
    """A server that speaks TensorFlow Serving's REST or gRPC API.

    Args:
      url: http://HOST:PORT or https://HOST:PORT for REST, grpc://HOST:PORT for gRPC.
      model: name that the server gives the model.
      version: integer version; None leaves the choice to the server.
      timeout: seconds within which a whole answer must have come.

    Raises:
      UsageError: another kind of address, or the extra "serving" is missing.
    """
    try:
        from vqinpaint.servers.grpc_api import GrpcServer
        from vqinpaint.servers.rest import RestServer
    except ImportError:
        raise UsageError(
            "the client needs requests and tensorflow-serving-api; "
            f"{shipped.install_command('serving')}."
        ) from None
    scheme, _, address = url.partition("://")
    if scheme in ("http", "https") and address:
        return RestServer(url.rstrip("/"), model, version, timeout)
    if scheme == "grpc" and address:
        return GrpcServer(address.rstrip("/"), model, version, timeout)
    raise UsageError(
        f"--url={url}: http://HOST:8501 for REST or grpc://HOST:8500 for gRPC is needed."
    )
