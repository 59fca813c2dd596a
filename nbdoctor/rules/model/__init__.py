"""Rules about layers, weights and activations."""
