"""No source or header has more than 400 lines, no function more than 60. What is longer today stands in
LONG_FILES and LONG_FUNCTIONS with its lines: it may only shrink, and a number follows at once.

Functions are found by counting braces, which clang-format keeps in sight: a block at the level of
namespaces and classes whose head ends as that of a function does, with ')', a trailing type or the
initialisers of a constructor. It counts from the line of its name to the brace that closes it; lambdas
count to what they stand in.
"""

import os
import re
from pathlib import Path

ROOT = Path(os.environ["NADIR_SOURCE"])
FILE_LINES, FUNCTION_LINES = 400, 60

LONG_FILES = {
}

# "FILE: function": lines
LONG_FUNCTIONS = {}

NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)*'|^[ \t]*#(?:[^\\\n]|\\.|\\\n)*",
    re.M | re.S,
)
SCOPE = re.compile(
    r"^(?:HWY_\w+\(\)\s*)?(?:template\s*<.*>\s*)?(?:inline\s+)?(?:namespace|struct|class|enum|union)\b", re.S
)
FUNCTION = re.compile(
    r"\)\s*(?:const|noexcept|override|final|mutable|&|HWY_ATTR|->[^;{}]*|\s)*$|\)\s*:[^:].*[)}]\s*$", re.S
)
NAME = re.compile(r"(operator\s*[^\w\s(]+|operator\(\)|operator\s+\w+|~?\w+)\s*\(")


def bare(text):
    """The text without comments, strings and preprocessor lines, its line breaks kept."""
    return NOT_CODE.sub(lambda match: "\n" * match[0].count("\n"), text)


def is_function(head):
    """Whether the block after `head`, outside of functions, is the body of one."""
    return FUNCTION.search(head) and not re.search(r"(?<![=!<>])=(?!=)[^()]*$", head)


def functions(text):
    """(name, lines) of every function with a body."""
    text = bare(text)
    found, blocks = [], []
    head_start, line = 0, 1
    for at, sign in enumerate(text):
        if sign == "\n":
            line += 1
        elif sign == "{":
            head = text[head_start:at].strip()
            inside = any(kind == "function" for kind, _, _ in blocks)
            kind = "scope" if SCOPE.search(head) else "function" if not inside and is_function(head) else "other"
            name = NAME.search(re.sub(r"^template\s*<.*?>\s*", "", head, flags=re.S))
            blocks.append((kind, name[1] if name else "", line - head.count("\n")))
        elif sign == "}":
            kind, name, first = blocks.pop()
            if kind == "function":
                found.append((name, line - first + 1))
        # What was before belongs to no head any more; but { } may stand within one.
        if sign == ";" or (sign in "{}" and kind != "other"):
            head_start = at + 1
    if blocks:
        raise ValueError("braces do not match")
    return found


def judge(what, lines, limit, known):
    """What is wrong with so many lines, or None. `known` is from the list, None where it has no entry."""
    allowed = known or limit
    if lines > allowed:
        return f"{what} has {lines} lines, more than {allowed}"
    if known and lines <= limit:
        return f"{what} has {lines} lines: take it off the list"
    if known and lines < known:
        return f"{what} has shrunk to {lines} lines: write that into the list"
    return None


def problems(root, long_files, long_functions):
    """(a line for everything wrong, number of files, number of functions)."""
    lines, seen, count = [], set(), 0
    paths = sorted([*(root / "src").glob("**/*.?pp"), *(root / "include/nadir").glob("**/*.?pp")])
    for path in paths:
        name, text = str(path.relative_to(root)), path.read_text()
        seen.add(name)
        lines.append(judge(name, text.count("\n"), FILE_LINES, long_files.get(name)))
        sizes = {}
        for function, size in functions(text):
            sizes[f"{name}: {function}"] = max(size, sizes.get(f"{name}: {function}", 0))
        for what, size in sizes.items():
            lines.append(judge(what, size, FUNCTION_LINES, long_functions.get(what)))
        seen |= set(sizes)
        count += len(sizes)
    gone = sorted({*long_files, *long_functions} - seen)
    lines += [f"{name} is there no more: take it off the list" for name in gone]
    return [line for line in lines if line], len(paths), count


def test_the_check():
    """Functions of every shape are found and their lines counted."""
    source = '''
namespace nadir {
/// a { in a comment, and "{" in text
const char* text = "}", brace = '{';
constexpr std::array table{1,
                           2};
template<class T> struct Box : Base {
  Box(int n, std::size_t m)
      : a_{n}, b_(m) {
    for (;;) {
      use([&] { return R"({{)"; });
    }
  }
  bool operator==(const Box& other) const noexcept { return a_ == other.a_; }
  auto size() const -> std::size_t {
    return b_;
  }
  int a_ = {};
};
extern "C" void caught(int signal) {
#if 1 // {
  if (signal) return;
#endif
}
} // namespace nadir
'''
    assert functions(source) == [("Box", 6), ("operator==", 1), ("size", 3), ("caught", 5)]
    judged = [judge("a", *case) for case in ((9, 8, None), (8, 8, None), (9, 8, 9), (10, 8, 9), (9, 8, 10), (8, 8, 9))]
    assert [bool(line) for line in judged] == [True, False, False, True, True, True]


def test_sizes():
    wrong, files, count = problems(ROOT, LONG_FILES, LONG_FUNCTIONS)
    print(f"{files} files and {count} functions")
    assert files >= 250 and count >= 1500, "too few were found"
    assert wrong == []
