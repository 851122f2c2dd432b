"""Every letter as people see it: `python -m tests.pictures [OUT]` renders them in headless Chromium."""
