"""How fast: `mailbot run --once` beside a floor that only fetches, parses and stores, on the same letters in the same run."""
