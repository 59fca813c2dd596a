"""Notebooks and scripts, examined without a reader at the screen."""
