"""Makes what a process writes about a force's own feed readable by its owner only.

The folder of such a home is private, but a file may be moved or linked out of it, and a
process that crashes may dump its memory elsewhere. The setting applies to the whole
process and all that it starts, and is never undone.
"""

import ctypes
import os
import resource
import sys


_OTHERS = 0o077
_PR_SET_DUMPABLE = 4


def keep_to_the_owner() -> None:
    """From now on, write no file that others may read, and no core dump.

    Linux may pipe a dump to a crash handler in spite of the limit, so there the process
    is also marked as not dumpable.
    """
    os.umask(_OTHERS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
