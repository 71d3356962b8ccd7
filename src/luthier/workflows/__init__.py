"""Floor 4: where the floors meet. What a user asks for, from the data to the answer."""
