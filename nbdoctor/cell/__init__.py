"""The text of a cell: read it, find its calls, edit it. Nothing is run."""
