"""A report becomes what a person sees."""
