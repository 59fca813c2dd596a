"""A notebook cell becomes a case: its source, its model, its data, how it is trained."""
