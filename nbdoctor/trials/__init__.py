"""Try the treatments of a report on copies of the model, and find what helps most.

In this order:

- `proposals`: propose patches of the cell, from findings and by role.
- `proof/`: prove that the lines that have to run once more only compute.
- `copying/`: copy the model, by running these lines (`lines/`) or from its parts (`objects/`).
- `isolation`, `training`: train copies from several seeds, and leave nothing of that behind.
- `score`, `comparison`: compare untreated copies with treated ones.
- `budget`, `outcomes`, `reported`, `trial`: try one treatment after the other.
- `combination`, `roots`, `results`, `search`, `cells`: search for what helps most: all causes at
  once and then as few as will do, else alone and one after the other.

`refusal` says why something is not tried, `offers` what the reader can have tried later.
"""
