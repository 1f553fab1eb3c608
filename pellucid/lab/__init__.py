"""The lab: a local page where a network is built, trained step by step, and looked into."""
