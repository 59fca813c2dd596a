"""What a cell is about to train: its `fit` or its loop, its batches, its data."""
