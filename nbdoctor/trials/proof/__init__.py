"""Prove that lines of a cell only compute, before they are run once more."""
