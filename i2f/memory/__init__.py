"""The state folder: the journal, what its record means, and a person's answers."""
