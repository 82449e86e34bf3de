"""Servers that answer for a model: TensorFlow Serving by REST and by gRPC."""
