"""How fast and how good hubbub is, measured as a user would meet it."""
