"""Pictures and pages from plain data: arrays, lists, dictionaries and names."""
