"""The database schema: tables and migrations, nothing else."""
