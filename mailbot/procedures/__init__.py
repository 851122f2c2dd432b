"""Procedures: a company's complaint procedure as data, and the working time it counts in."""
