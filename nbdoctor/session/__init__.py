"""One cell under examination: which readings are taken when, and how they are judged."""
