"""The files of a publication: a module for each kind, and `registry.py`, their list.

The list is not here, since it loads the libraries of all: half a second for whoever
wants one of them.
"""
