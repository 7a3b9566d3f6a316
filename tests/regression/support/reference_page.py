"""The tables of docs/case-reference.md, which a unit test compares with what the program knows."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "case-reference.md"


def rows(section):
    """The cells of each row of the table below the heading SECTION; names without their backquotes."""
    text = re.split(rf"(?m)^##+ {re.escape(section)}$", PAGE.read_text(encoding="utf-8"))[1]
    text = re.split(r"(?m)^#", text)[0]
    return [[cell.strip(" `") for cell in line.split(" | ")] for line in re.findall(r"(?m)^\| (`.*) \|$", text)]


def names(section):
    return [row[0] for row in rows(section)]
