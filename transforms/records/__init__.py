"""A police force's own records in a lake of their own: brought in, kept, erased.

Rows leave these modules as `Restricted` alone. Nothing that publishes may import them.
"""
