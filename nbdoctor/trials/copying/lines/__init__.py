"""Copies by running again the lines that make the model, and no others."""
