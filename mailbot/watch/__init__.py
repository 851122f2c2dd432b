"""Whether the service does its duty: its state, its alarms, its figures, its clock."""
