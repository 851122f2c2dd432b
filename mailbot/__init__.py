"""mailbot: a company's complaint procedure, carried out by e-mail."""

__version__ = "0.1.0"
