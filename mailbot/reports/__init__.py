"""Reports: what managers are told about many tickets at once."""
