"""The passes through a live model: a step on copies, a forward pass, what they are noted as."""
