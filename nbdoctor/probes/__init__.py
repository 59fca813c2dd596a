"""A case becomes readings: numbers, without judgement."""
