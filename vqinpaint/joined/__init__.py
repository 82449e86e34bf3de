"""The three trained networks joined into one model: drawing, filling, signatures."""
