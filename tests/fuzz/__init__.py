"""Letters no one has written yet: seeds from tests/letters, changed where it hurts."""
