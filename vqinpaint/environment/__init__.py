"""What Python, TensorFlow, Keras and processor must be, and how they start."""
