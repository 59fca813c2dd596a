"""Try the treatments of a report on copies of the model, and find what helps most."""
