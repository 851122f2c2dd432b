"""The wire between mailbot and its servers, broken at any byte, and what must hold then."""
