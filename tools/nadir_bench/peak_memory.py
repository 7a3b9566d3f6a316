"""Peak resident memory of a command, measured by the process that starts it."""

import re
import sys

# A process inherits the peak of the one it is forked from, so a small one must start the program.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
print("peak", used.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(words):
    """The command that runs `words`, a program with its path, and prints its peak at the end."""
    return [sys.executable, "-S", "-c", MEASURE, *map(str, words)]


def peak_in(said):
    """Bytes resident at most, from what the measured command printed."""
    return int(re.search(r"^peak (\d+)$", said, re.M)[1])
