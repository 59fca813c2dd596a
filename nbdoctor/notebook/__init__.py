"""What knows IPython: the magic, the cells that it runs, and where reports go."""
