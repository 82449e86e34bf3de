"""A run folder: its options, its checkpoints, and the networks trained in it."""
