"""Labels: what kind of place a cell is, in words. They never rank.

A score says where to look first; a label says what is there: a cluster that is new, one
that has always been there, one that is fading.
"""
