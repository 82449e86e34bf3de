"""A SavedModel that anything can serve: written, tried, and only then shown."""

from vqinpaint.exporting.placing import check_output
from vqinpaint.exporting.writer import write_saved_model

__all__ = ["check_output", "write_saved_model"]
