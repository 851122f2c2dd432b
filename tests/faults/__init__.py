"""Every fault of the list, brought about on purpose."""
