"""The networks: no losses, no optimisers."""
