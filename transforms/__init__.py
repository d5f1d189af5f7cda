"""The domain: feeds, incidents, cells, scores, publications and the lake.

Nothing here knows Prefect, reads an environment variable or looks at the clock.
"""
