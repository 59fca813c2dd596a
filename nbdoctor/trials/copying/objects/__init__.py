"""Copies of a live model, made from its parts: no line of the cell is run for them."""
