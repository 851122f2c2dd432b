"""Text in, category and confidence out; knows nothing of mail or databases."""
