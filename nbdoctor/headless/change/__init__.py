"""Try a change of a cell: train it as it is and as changed, and score both by the same rows."""
