"""The slow obvious twins: each statistic and each query again, in plain Python.

Nothing here is fast, vectorised or shared with the code it checks, but for h3 and the
crime groups. Incidents are (cell, month, category) tuples, months are (year, month).
"""
