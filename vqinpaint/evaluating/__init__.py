"""Measuring completions, of a model or of other programs, by all figures at once."""
