"""Rules about what happens between cells, and why a cell stopped."""
