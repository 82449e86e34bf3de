"""One module per thing that is measured; tools/benchmark.py runs them."""
