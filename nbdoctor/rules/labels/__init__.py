"""Rules about the labels."""
