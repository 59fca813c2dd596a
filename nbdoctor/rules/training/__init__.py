"""Rules about the steps: optimizer, learning rate, length."""
