"""The record: every query, and nothing but queries. SQLite and PostgreSQL through the same statements."""
