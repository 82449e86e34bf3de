"""Keras layers: each owns weights and says its shapes in its docstring."""
