"""Exceptions, read without running code of the user's; faults of ours, kept from the cell."""
