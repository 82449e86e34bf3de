"""Hostile input for the readers: mutated files, and what the readers do with them.

`python -m tests.fuzz` runs it. A reader is added as a `Target` in a file of its own in
`targets/`; nothing else has to be changed.
"""
