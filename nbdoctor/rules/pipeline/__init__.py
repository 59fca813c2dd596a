"""Rules about how rows reach the model."""
