"""Words of the command line that both tools read."""

import argparse
import math
import re


def positive(kind):
    """A reader of positive numbers of a kind, int or float."""

    def parse(text):
        value = kind(text)
        if not 0 < value < math.inf:
            raise argparse.ArgumentTypeError(f"{text}: must be positive and finite")
        return value

    parse.__name__ = kind.__name__
    return parse


def grid(text):
    """Points a side, as in 4096,4096."""
    if not re.fullmatch("[1-9][0-9]*([,x][1-9][0-9]*){,2}", text):
        raise argparse.ArgumentTypeError(f"{text}: one to three positive integers, as in 4096,4096")
    return tuple(int(n) for n in re.split("[,x]", text))
