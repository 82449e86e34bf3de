"""A SavedModel that anything can serve: written, tried, and only then shown."""

from vqinpaint.exporting.writer import check_output, write_saved_model

__all__ = ["check_output", "write_saved_model"]
