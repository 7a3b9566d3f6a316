"""Wrong cases: where results would go."""

from small_case import OUTPUT

ROWS = {
    "output below a file": (
        {OUTPUT: '«file = "fields.h5/result.h5"'},
        "output.file: cannot create the folder fields.h5: Not a directory",
    ),
    "output is the input": (
        {OUTPUT: '«file = "fields.h5"'},
        "output.file: fields.h5 is there and no result of nadir; choose another name",
    ),
    "output is a folder": ({OUTPUT: '«file = "folder"'}, "output.file: folder is a folder"),
}  # fmt: skip
