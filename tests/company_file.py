"""The smallest settings file there is; its last table is [company], so that a test may add keys or tables of its own."""

SMALLEST = """
[[mailbox]]
host = "localhost"
user = "complaints@company.example"
password = "x"
[smtp]
host = "localhost"
address = "complaints@company.example"
[company]
name = "清河电器"
"""
