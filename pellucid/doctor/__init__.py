"""Finds out why a network does not learn, says what to do, and does it if asked to."""
