"""Rules about the loss, the head and the metrics."""
