"""Servers that answer for a model: TensorFlow Serving by REST and by gRPC."""

import os

# gRPC's own lines would show what a server says as it is. It reads this when imported.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
