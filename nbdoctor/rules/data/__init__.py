"""Rules about the inputs."""
