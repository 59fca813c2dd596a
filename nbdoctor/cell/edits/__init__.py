"""Edits of one kind of thing in a cell: its loss, its layers, its learning rate."""
