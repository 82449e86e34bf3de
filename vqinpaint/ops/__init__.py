"""Pure functions on tensors: no variables, no layers."""
