"""The real service under load for minutes or days, with something breaking every half minute."""
