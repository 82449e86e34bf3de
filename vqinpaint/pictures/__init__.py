"""Picture files, resizing that never looks at missing pixels, and sheets. No TensorFlow."""
