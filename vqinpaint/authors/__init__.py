"""The authors' TensorFlow 1 checkpoints: reading, sorting out, loading."""
