"""Mutants of case files: changes of the tree of keys, then of the bytes."""

import copy
import re
import string
import tomllib

import seeds

NUMBERS = """0 1 2 3 4 5 7 64 -1 -2 1000 65536 2147483647 2147483648 -2147483649 1000000000 1000000001
    4611686018427387904 9223372036854775807 -9223372036854775808 9223372036854775808
    99999999999999999999999999 0x7fffffffffffffff 0b1 0o7 1_000 +5 0.0 -0.0 0.5 1.0 2.5 1e-3 1e3 1e16
    1e30 1e154 1e155 1e308 -1e308 1.7976931348623157e308 1e309 5e-324 1e-308 1e-400 2.2250738585072014e-308
    0.1 0.9999999999999999 1.0000000000000002 nan -nan inf -inf +inf""".split()
ODD_VALUES = """true false [] {} [[]] [{}] {{}} "" '' [1] [1,2] [1.0,2] ["space"] ["layer","space"]
    ["space","space"] [1,"a"] [nan] [0,0] {value=1} {value=nan} {init=1} {init=[]} {init={}} {file="fields.h5"}
    {file="",dataset=""} {file="fields.h5",dataset="in_6"} {file="fields.h5",dataset="/"} {file=".",dataset="x"}
    {fraction=0.5} {fraction=1} {fraction=0.9999999999999999} {seed=1} {every=1} {l2=1e308} {tv=1,epsilon=5e-324}
    {init=1e308} {init=0.1,bounds=[0.1,0.1]} {train=false} {varies=["layer"]}
    {init=0.1,varies=["space","layer"],penalty={h1=1e300,tv=1e300}}
    1979-05-27 07:32:00 1979-05-27T07:32:00Z 00:00:00 "00:00:00" "99:59:59" "9999:59:59" "1:2" "all" "ends" "none" """.split()
STRINGS = [
    "", " ", ".", "..", "/", "a/b", "é", "\u2028", "\U0001f600", "\ufeff", "%s%n%d", "a=b", "#", '"', "'", "\\",
    "\\u0000", "\t", "\n", "\x7f", "fields.h5", "absent.h5", "case.toml", "in_6", "/in_5x6", "in_5x6/..", "{}", "[",
    "x" * 70, "x" * 300, "x" * 5000, "é" * 3000, "../" * 300,
]  # fmt: skip
PIECES = [*"[]{}=.,\"'#\n\r\t\0\\é", '"""', "'''", "\\u", "[["]


class Raw(str):
    """TOML text that is written as it stands."""


def vocabulary():
    """Every key and every name in backquotes or quotes of the reference page."""
    page = (seeds.ROOT / "docs" / "case-reference.md").read_text(encoding="utf-8")
    keys = re.findall(r"(?m)^\| `([\w-]+)` \|", page)
    names = re.findall(r'"([a-z-]+)"', page)
    return sorted(set(keys)), sorted(set(names + keys))


KEYS, NAMES = vocabulary()


def missing_keys():
    """Keys of the reference page that no seed names."""
    text = "\n".join(seeds.by_hand() + seeds.examples())
    page = (seeds.ROOT / "docs" / "case-reference.md").read_text(encoding="utf-8")
    tables = page.split("## Activations")[0]
    keys = set(re.findall(r"(?m)^\| `([\w-]+)` \|", tables))
    return sorted(key for key in keys if not re.search(rf"\b{key}\b\s*=|[\[.]{key}\]", text))


# ---- trees --------------------------------------------------------------------------------------


def quoted(text):
    escaped = "".join(f"\\u{ord(c):04X}" if c < " " or c == "\x7f" else "\\" + c if c in '"\\' else c for c in text)
    return f'"{escaped}"'


def key_text(key):
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def value_text(value):
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items()) + " }"
    return str(value)


def toml_text(tree):
    """The tree with its sections as such and everything below them inline."""
    top = [f"{key_text(k)} = {value_text(v)}" for k, v in tree.items() if not isinstance(v, dict)]
    for name, section in tree.items():
        if isinstance(section, dict):
            top += [f"\n[{key_text(name)}]", *(f"{key_text(k)} = {value_text(v)}" for k, v in section.items())]
    return "\n".join(top) + "\n"


def places(tree):
    """All (container, key) pairs of a tree."""
    found = []
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        found.append((tree, key))
        found += places(value)
    return found


def nested(random):
    """A value nested a few or very many levels deep."""
    depth = random.choice([3, 25, 40, 200, 2000])
    return random.choice([Raw("[" * depth + "]" * depth), Raw("{a=" * depth + "1" + "}" * depth)])


def any_value(random):
    kind = random.random()
    if kind < 0.5:
        return Raw(random.choice(NUMBERS))
    if kind < 0.7:
        return Raw(random.choice(ODD_VALUES))
    if kind < 0.83:
        return random.choice(NAMES)
    return random.choice(STRINGS) if kind < 0.97 else nested(random)


def misspelt(random, word):
    at = random.randrange(len(word) + 1)
    return random.choice(
        [word[:at] + word[at + 1 :], word[:at] + random.choice(string.ascii_letters) + word[at:], word.upper()]
    )


def number_like(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def change_value(random, container, key, _places):
    """Numbers become numbers most of the time, so that the mutant gets further."""
    value = container[key]
    if isinstance(value, float) and random.random() < 0.4:
        container[key] = value * random.choice([0.0, -1.0, 0.5, 3.0, 1e-3, 1e3, 1e-12, 1e12, 1e150, 1e-300])
    elif number_like(value) and random.random() < 0.7:
        container[key] = Raw(random.choice(NUMBERS))
    elif isinstance(value, str) and not isinstance(value, Raw) and random.random() < 0.6:
        container[key] = random.choice(NAMES + STRINGS)
    else:
        container[key] = any_value(random)


def remove(_random, container, key, _places):
    del container[key]


def rename(random, container, key, _places):
    if isinstance(container, dict):
        name = random.choice([misspelt(random, key), random.choice(KEYS), random.choice(STRINGS)])
        container[name] = container.pop(key)


def swap(random, container, key, found):
    other, place = random.choice(found)
    container[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(container[key])


def add_key(random, container, _key, found):
    if isinstance(container, dict):
        same = [table[key] for table, key in found if isinstance(key, str)]
        container[random.choice(KEYS)] = random.choice([any_value(random), copy.deepcopy(random.choice(same))])


def wrap(random, container, key, _places):
    value = container[key]
    container[key] = random.choice([[value], [value, value], {random.choice(KEYS): value}, {"init": value}])


def lengthen(random, container, key, _places):
    value = container[key]
    if isinstance(value, list):
        container[key] = random.choice([value * 2, value * 500, value[:-1], value[::-1], []])
    elif isinstance(value, str) and not isinstance(value, Raw):
        container[key] = value * random.choice([2, 50, 5000])
    else:
        container[key] = [value] * random.choice([1, 2, 3, 4, 1000])


CHANGES = [change_value] * 8 + [remove, rename, swap, add_key, add_key, wrap, lengthen]


def change_tree(random, tree, trees):
    if random.random() < 0.05:
        other = random.choice(trees)
        name = random.choice(list(other))
        tree[name] = copy.deepcopy(other[name])
    for _ in range(random.choice([1, 1, 1, 1, 2, 5])):
        found = places(tree)
        if found:
            random.choice(CHANGES)(random, *random.choice(found), found)


# ---- bytes --------------------------------------------------------------------------------------


def change_bytes(random, data, other):
    """One change of a text as bytes: flip, cut, insert, repeat, splice."""
    data = bytearray(data)
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice([1, 1, 2, 5, 30, 300]))
    kind = random.randrange(8)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << random.randrange(8)
    elif kind == 1:
        del data[at:end]
    elif kind == 2:
        data[at:at] = random.choice(PIECES).encode()
    elif kind == 3:
        data[at:at] = data[at:end] * random.choice([1, 2, 100])
    elif kind == 4:
        del data[at:]
    elif kind == 5:
        start = random.randrange(len(other))
        data[at:at] = other[start : start + random.choice([5, 50, 500])]
    elif kind == 6:
        data[at:at] = random.randbytes(random.choice([1, 3, 20]))
    else:
        data[at:at] = random.choice(NUMBERS + ODD_VALUES).encode()
    return bytes(data)


def change_lines(random, text):
    """Duplicate, move or remove whole lines."""
    lines = text.splitlines(keepends=True)
    at = random.randrange(len(lines))
    line = lines[at]
    if random.random() < 0.5:
        del lines[at]
    lines.insert(random.randrange(len(lines) + 1), line)
    return "".join(lines)


def crowded(random, text):
    """Very many keys, tables or elements after the case, as a program gone wrong writes them."""
    kind = random.choice(["x{0} = {0}\n", "[t{0}]\n", "[[t]]\nx = {0}\n", "a.b{0}.c = 1\n", "# {0}\n"])
    return text + "\n" + "".join(kind.format(i) for i in range(random.choice([1000, 30000, 100000])))


class CaseMutants:
    """Makes the mutant of a random generator."""

    def __init__(self):
        self.texts = seeds.by_hand() + seeds.examples()
        self.trees = [tomllib.loads(text) for text in self.texts]

    def make(self, random):
        """The bytes of one mutant."""
        way = random.random()
        if way < 0.35:
            tree = seeds.tiny_case(random)
            if random.random() < 0.7:
                change_tree(random, tree, self.trees)
            return toml_text(tree).encode()
        if way < 0.75:
            tree = copy.deepcopy(random.choice(self.trees))
            change_tree(random, tree, self.trees)
            data = toml_text(tree).encode()
            return change_bytes(random, data, data) if random.random() < 0.1 else data
        text = random.choice(self.texts)
        if way > 0.999:
            return crowded(random, text).encode()
        data = (change_lines(random, text) if random.random() < 0.3 else text).encode()
        for _ in range(random.choice([1, 1, 2, 5])):
            data = change_bytes(random, data, random.choice(self.texts).encode())
        return data
