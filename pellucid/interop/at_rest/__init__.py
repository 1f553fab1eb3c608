"""A network as it is used, not trained: a list of calls of plain functions.

What leaves the house is written from that list: `formulas` are the functions, and each
file format says how a call of one of them reads there.
"""
