"""Copy the model of a cell: by running its lines again, or from the parts of the live model."""
