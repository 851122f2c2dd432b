"""mailbot killed at every point, and what must hold after each kill."""
