"""Who runs this, as the operating system knows: for the audit log."""

import os
import pwd


def user() -> str:
    """The name of the user, or, as in some containers, the number alone."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
