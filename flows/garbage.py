"""How often Python looks for garbage: seldom, where a process lives for one run.

It would look after every 700 objects, and so through a million that live as long as the
process does, again and again while they load, and when the process ends. A look takes
40 ms, and finds little.
"""

import gc


_AFTER_OBJECTS = 500_000


def collect_less() -> None:
    """Look for garbage after so many more objects, and never among those of now.

    To be called before DuckDB is loaded, after Prefect where a worker has loaded it:
    DuckDB's binding prints what of its own is never looked at.
    """
    gc.freeze()
    gc.set_threshold(_AFTER_OBJECTS)
