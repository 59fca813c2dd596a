"""Try treatments on a copy of the model: build it, train it a little, and compare."""
