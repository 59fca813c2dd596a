"""What assistants are served by the Model Context Protocol."""
