"""Find the cause by experiment: replace parts of a program by ones that are known to work.

In this order:

- `parts`: what can be replaced, as data.
- `search`: which sets are tried, and who is blamed; it knows nothing of models.
- `program`: what is known of the cell's training; `rows`: its rows, and how they should be.
- `objective`: losses and last layers that fit the labels.
- `anatomy`, `layers`, `networks`: copies of the user's model with inner parts replaced, and plain
  networks.
- `present`: which parts are not what would be put in their place anyway.
- `arms`: train copies with a set of parts replaced, and score them.
- `experiment`: the whole on one page.
"""
