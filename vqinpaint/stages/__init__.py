"""The training stages: networks, losses and optimisers make one step each."""
