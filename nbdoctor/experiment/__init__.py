"""Find the cause by experiment: replace parts of a program by ones that are known to work.

In this order:

- `parts`: what can be replaced, as data.
- `scores`, `search`: which sets are tried, and who is blamed; they know nothing of models.
- `program`, `taken_rows`, `earlier`: what is known of the cell's training and its rows.
- `rows`, `objective`, `first_weights`: how rows, labels, losses, heads and weights usually are.
- `anatomy`, `layers`, `networks`: copies of the user's model with inner parts replaced.
- `plain`, `new_head`: small networks that are known to work.
- `present`: which parts are not what would be put in their place anyway.
- `references`, `answers`: what a set of parts means, for training and for the score.
- `arms`: train copies with a set of parts replaced, and score them.
- `experiment`: the whole on one page; `told`: its parts in words.
"""
