from __future__ import annotations

import random

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from journey.formats.yaml import emit
from journey.problem import Place, Problem
from journey.spec import events, yaml
from journey.spec.yaml import Parsed, lines, locate, parse, span


def problems(text: str | bytes) -> list[str]:
    """Each problem as `line:column rule: message (hint)`."""
    parsed = parse(text.encode() if isinstance(text, str) else text, "f.yaml")
    return [_shown(problem) for problem in parsed.problems]


def _shown(problem: Problem) -> str:
    place = problem.where
    assert isinstance(place, Place)
    assert place.file == "f.yaml"
    return f"{place.line}:{place.column} {problem.rule}: {problem.message} ({problem.hint})"


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's parsers: the second stands in where libyaml is missing."""
    if request.param == "Python":
        monkeypatch.delattr(pyyaml, "CSafeLoader")
    return str(request.param)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\nb: [x, 'y', \"z\"]\n", {"a": 1, "b": ["x", "y", "z"]}),
        ("a:\n- b: 1\n  c:\n  - - 2\n", {"a": [{"b": 1, "c": [[2]]}]}),
        ("a: &x {k: v}\nb: *x\nc: &y 1\nd: [*y, *y]\n", {"a": {"k": "v"}, "b": {"k": "v"}, "c": 1, "d": [1, 1]}),
        ("a: |\n  x\n   y\nb: >-\n  x\n  y\n", {"a": "x\n y\n", "b": "x y"}),
        ("\ufeffa: 1\r\nb: é 😀\r\n", {"a": 1, "b": "é 😀"}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("&k key: 1\nother: *k\n", {"key": 1, "other": "key"}),
        ("- 1\n- -2\n- +3\n- 0\n- 0x1F\n- 1.5\n- -.5\n- 1.\n- 1.0e+3\n", [1, -2, 3, 0, 31, 1.5, -0.5, 1.0, 1000.0]),
        ("- true\n- False\n- TRUE\n- null\n- ~\n-\n- NULL\n", [True, False, True, None, None, None, None]),
        ("- 'yes'\n- \"1e3\"\n- '010'\n- ''\n", ["yes", "1e3", "010", ""]),
        (
            "- 1.2.3\n- 10.0.0.1\n- 8080:80\n- 64Mi\n- -x\n- 1e\n- nUll\n",
            ["1.2.3", "10.0.0.1", "8080:80", "64Mi", "-x", "1e", "nUll"],
        ),
        ("plain\n", "plain"),
    ],
)
def test_what_a_text_means(text: str, value: object, parser: str) -> None:
    parsed = parse(text.encode(), "f.yaml")
    assert (repr(parsed.value), parsed.problems) == (repr(value), [])


@pytest.mark.parametrize(
    ("scalar", "old", "new", "hint"),
    [
        ("yes", "true or false", "text", 'write "yes" for the text, or write true'),
        ("No", "true or false", "text", 'write "No" for the text, or write false'),
        ("on", "true or false", "text", 'write "on" for the text, or write true'),
        ("OFF", "true or false", "text", 'write "OFF" for the text, or write false'),
        ("y", "true or false", "text", 'write "y" for the text, or write true'),
        ("N", "true or false", "text", 'write "N" for the text, or write false'),
        ("12:30", "a number to base 60", "text", 'write "12:30" for the text'),
        ("190:20:30.15", "a number to base 60", "text", 'write "190:20:30.15" for the text'),
        ("0o7", "text", "a number", 'write "0o7" for the text, or write 7'),
        ("010", "an octal number", "a decimal number", 'write "010" for the text, or write 10'),
        ("08", "text", "a decimal number", 'write "08" for the text, or write 8'),
        ("1_000", "a number", "text", 'write "1_000" for the text'),
        ("1_000.5", "a number", "text", 'write "1_000.5" for the text'),
        ("0b1", "a number", "text", 'write "0b1" for the text'),
        ("0x_1F", "a number", "text", 'write "0x_1F" for the text'),
        ("1e3", "text", "a number", 'write "1e3" for the text, or write 1000.0'),
        ("1.5e3", "text", "a number", 'write "1.5e3" for the text, or write 1500.0'),
        ("1e-9", "text", "a number", 'write "1e-9" for the text'),
        ("2026-11-22", "a date", "text", 'write "2026-11-22" for the text'),
        ("2001-12-14t21:59:43.10-05:00", "a date", "text", 'write "2001-12-14t21:59:43.10-05:00" for the text'),
        ("2001-1-4 21:59:43 Z", "a date", "text", 'write "2001-1-4 21:59:43 Z" for the text'),
        ("=", "a key of its own kind", "text", 'write "=" for the text'),
        ("<<", "a key of its own kind", "text", 'write "<<" for the text'),
    ],
)
def test_a_scalar_that_readers_type_differently_must_be_quoted(scalar: str, old: str, new: str, hint: str) -> None:
    message = f"{scalar} must be quoted: YAML 1.1 reads {old}, YAML 1.2 {new}"
    assert problems(f"a:\n- {scalar}\n") == [f"2:3 yaml/ambiguous-scalar: {message} ({hint})"]
    assert problems(f"a:\n- '{scalar}'\n") == []


@given(st.text(st.sampled_from("0123456789_.:+-eExXobyYnNoOtTrRuUfFsSaAlLiIzZ~=< "), min_size=1, max_size=12))
def test_an_accepted_scalar_has_one_type_in_both_versions(text: str) -> None:
    parsed = parse(f"- {text}\n".encode(), "f")
    if not parsed.problems:
        assert repr(pyyaml.load(f"- {text}\n", Loader=pyyaml.CSafeLoader)) == repr(parsed.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n",
            [
                "4:3 yaml/duplicate-key: the key c stands twice; the first is in line 3 (keep one of them)",
                "5:1 yaml/duplicate-key: the key a stands twice; the first is in line 1 (keep one of them)",
            ],
        ),
        ("1: x\n", ["1:1 yaml/key: a key must be a string, not a number (quote it)"]),
        ("true: x\n", ["1:1 yaml/key: a key must be a string, not true or false (quote it)"]),
        ("{~: x}\n", ["1:2 yaml/key: a key must be a string, not nothing (quote it)"]),
        ("? [a]\n: x\n", ["1:3 yaml/key: a key must be a string, not a list (a key is one word or a quoted text)"]),
        ("{a: 1}: x\n", ["1:1 yaml/key: a key must be a string, not a mapping (a key is one word or a quoted text)"]),
        (
            "on: x\n",
            [
                (
                    "1:1 yaml/ambiguous-scalar: on must be quoted: YAML 1.1 reads true or false, YAML 1.2 text"
                    ' (write "on": for the key)'
                )
            ],
        ),
        (
            "a: &x {}\nb:\n  <<: *x\n",
            [
                (
                    "3:3 yaml/merge-key: merge keys are not YAML 1.2"
                    " (write the keys out; a value that many share belongs in `defaults`)"
                )
            ],
        ),
        (
            "a: !!str 1\nb: !x [1]\nc: !y\n",
            [
                "1:4 yaml/tag: the tag tag:yaml.org,2002:str is not taken (remove it; quote the value if it is text)",
                "2:4 yaml/tag: the tag !x is not taken (remove it; quote the value if it is text)",
                "3:4 yaml/tag: the tag !y is not taken (remove it; quote the value if it is text)",
            ],
        ),
        (
            "a: *x\nb: &y [*y]\n",
            [
                "1:4 yaml/alias: nothing above is anchored as &x (write &x at the node it stands for, further up)",
                "2:8 yaml/alias: nothing above is anchored as &y (write &y at the node it stands for, further up)",
            ],
        ),
        ("a: 1\n---\nb: 2\n", ["2:1 yaml/documents: a second document begins here (keep one document in a file)"]),
        ("", ["0:0 yaml/empty: the file is empty (write a mapping, such as `name: shop`)"]),
        ("# only a comment\n", ["0:0 yaml/empty: the file is empty (write a mapping, such as `name: shop`)"]),
        ("---\n", ["0:0 yaml/empty: the file is empty (write a mapping, such as `name: shop`)"]),
        (".inf\n", ['1:1 yaml/number: .inf is not a finite number (quote it if it is text: ".inf")']),
        ("a: .NaN\n", ['1:4 yaml/number: .NaN is not a finite number (quote it if it is text: ".NaN")']),
        ("a: 1.0e+999\n", ['1:4 yaml/number: 1.0e+999 is too large for a number (quote it if it is text: "1.0e+999")']),
        ("a: " + "9" * 5000 + "\n", ["1:4 yaml/number: a number of 5000 digits (quote it if it is text)"]),
        (
            "a: 9223372036854775808\n",
            ["1:4 yaml/number: 9223372036854775808 does not fit into 64 bits (quote it if it is text)"],
        ),
        (
            "a: 0x8000000000000000\n",
            ["1:4 yaml/number: 0x8000000000000000 does not fit into 64 bits (quote it if it is text)"],
        ),
        ("a: [9223372036854775807, -9223372036854775808]\n", []),
        ("a: 1." + "9" * 5000 + "\n", ["1:4 yaml/number: a number of 5002 characters (quote it if it is text)"]),
        ("a:\n\tb: 1\n", ["2:1 yaml/tab: a tab cannot indent YAML (indent with spaces)"]),
        ("a:\n  b: 1\n  \tc: 2\n", ["3:3 yaml/tab: a tab cannot indent YAML (indent with spaces)"]),
        (b"a: 1\nb: \xff\n", ["2:4 yaml/encoding: byte 0xff is not UTF-8 (save the file as UTF-8)"]),
        ("a: 1\n".encode("utf-16"), ["1:1 yaml/encoding: byte 0xff is not UTF-8 (save the file as UTF-8)"]),
        (
            "a: x\x00y\nb: \x1bz\nc: no\n",
            [
                ("1:5 yaml/character: the character U+0000 may not stand in YAML (remove it)"),
                ("2:4 yaml/character: the character U+001B may not stand in YAML (remove it)"),
                (
                    "3:4 yaml/ambiguous-scalar: no must be quoted: YAML 1.1 reads true or false, YAML 1.2 text"
                    ' (write "no" for the text, or write false)'
                ),
            ],
        ),
        (
            "a: x\u2028y\n",
            [
                (
                    '1:5 yaml/character: the character U+2028 may not stand in YAML (remove it, or write "\\u2028" in'
                    " double quotes)"
                )
            ],
        ),
        ('a: "x\\0"\n', ["1:4 yaml/character: a control character or lone surrogate is not text (remove the escape)"]),
        ("a: " + "[" * 70 + "]" * 70 + "\n", ["1:67 yaml/depth: nested deeper than 64 levels (flatten it)"]),
    ],
)
def test_what_is_refused(text: str | bytes, expected: list[str]) -> None:
    assert problems(text) == expected


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("a: yes\nb: [1, 2\nc: 3\n", "3:", "look for a missing quote, bracket or colon"),
        ("a: no\nb: 'x\n", "2:", "look for a missing quote, bracket or colon"),
        ("a: on\nb: x: y\n", "2:", "quote a value that holds `: `"),
        ("a: no\nb: @x\n", "2:4 ", "quote a value that begins with @, `, %, *, & or !"),
        ("a: no\nb: %x\n", "2:4 ", "quote a value that begins with @, `, %, *, & or !"),
    ],
)
def test_an_error_of_syntax_does_not_hide_what_came_before(text: str, where: str, hint: str, parser: str) -> None:
    first, second = problems(text)
    assert first.startswith("1:4 yaml/ambiguous-scalar: ")
    assert second.startswith(where)
    assert " yaml/syntax: not YAML: " in second
    assert hint in second


def test_a_binary_file_is_not_a_million_mistakes() -> None:
    assert len(problems(b"\x00" * 5000)) <= 21


def test_a_file_beyond_the_limit_is_not_read() -> None:
    assert problems(b"a" * 4_000_001) == [
        "0:0 yaml/size: the file has 4,000,001 bytes; 4,000,000 is the most (split it with `includes`)"
    ]


def test_a_million_nodes_are_not_built() -> None:
    assert problems("[" + "1," * 1_000_000 + "]") == [
        (
            "1:400000 yaml/size: the file has more than 200,000 nodes, aliases counted as what they stand for"
            " (split it with `includes`)"
        )
    ]


def test_billion_laughs_are_not_laughed() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    assert problems(text) == [
        (
            "6:50 yaml/size: the file has more than 200,000 nodes, aliases counted as what they stand for"
            " (split it with `includes`)"
        )
    ]


def test_aliases_cannot_nest_deeper_than_the_limit() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 80))
    assert problems(text) == ["64:12 yaml/depth: nested deeper than 64 levels (flatten it)"]


DOCUMENT = """\
# a comment
name: shop
teams:
  web: {owner: role, "on call": [a, b]}
base: &base
  size: 1
  list:
  - x
  - y: 2
    z: |
      text

copy: *base
empty:
last: "é"  # behind
""".encode()


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("name",), (2, 7), (2, 1)),
        (("teams",), (4, 3), (3, 1)),
        (("teams", "web"), (4, 8), (4, 3)),
        (("teams", "web", "on call", 1), (4, 37), (4, 37)),
        (("base", "list"), (8, 3), (7, 3)),
        (("base", "list", 1), (9, 5), (9, 5)),
        (("base", "list", 1, "z"), (10, 8), (10, 5)),
        (("copy",), (13, 7), (13, 1)),
        (("copy", "size"), (6, 9), (6, 3)),
        (("empty",), (14, 7), (14, 1)),
        (("last",), (15, 7), (15, 1)),
    ],
)
def test_where_a_node_stands(path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]) -> None:
    assert locate(DOCUMENT, path) == value
    assert locate(DOCUMENT, path, key=True) == key
    assert lines(DOCUMENT)[path] == value
    assert lines(DOCUMENT, key=True)[path] == key


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("nothing",), (2, 1)),
        (("base", "list", 5), (8, 3)),
        (("name", "x", 1), (2, 7)),
        (("teams", "web", "x"), (4, 8)),
    ],
)
def test_a_missing_node_stands_at_its_nearest_ancestor(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert locate(DOCUMENT, path) == place


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("name",), "shop"),
        (("teams", "web"), '{owner: role, "on call": [a, b]}'),
        (("base", "list"), "- x\n  - y: 2\n    z: |\n      text\n\n"),
        (("base", "list", 1, "y"), "2"),
        (("base",), "&base\n  size: 1\n  list:\n  - x\n  - y: 2\n    z: |\n      text\n\n"),
        (("copy",), "*base"),
        (("empty",), ""),
        (("last",), '"é"'),
    ],
)
@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf", "# ü 😀\r\n".encode()])
def test_the_extent_of_a_node(path: tuple[str | int, ...], text: str, lead: bytes) -> None:
    data = lead + DOCUMENT
    start, end = span(data, path)
    assert data[start:end].decode() == text


@pytest.mark.parametrize(("data", "path"), [(DOCUMENT, ("x",)), (DOCUMENT, ("name", "x")), (b"", ()), (b"", ("x",))])
def test_a_missing_node_has_no_extent(data: bytes, path: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        span(data, path)


@pytest.mark.parametrize("data", [b"", b"\xff", b"x" * 4_000_001, b"# no"])
def test_nothing_can_be_located_where_nothing_is_read(data: bytes) -> None:
    assert locate(data, ("a", 1)) == (1, 1)
    assert lines(data) == {}


def test_a_broken_file_is_located_as_far_as_it_goes() -> None:
    assert locate(b"a:\n  b: 1\n  c: [x, y\nd: 1\n", ("a", "c", 1)) == (3, 10)
    assert locate(b"a: 1\n---\na:\n  b: 1\n", ("a", "b")) == (1, 4)


def test_the_last_of_two_keys_counts() -> None:
    data = b"a: 1\na: 2\n"
    assert parse(data, "f").value == {"a": 2}
    assert locate(data, ("a",)) == (2, 4)


def test_the_list_of_lines_is_bounded() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    assert len(lines(text.encode())) <= events.MOST_NODES + 1


words = st.one_of(
    st.sampled_from(
        ["", "yes", "1e3", "a: b", "x\ny\n", " x\n", "010", "~", "12:30", "é", "1_000", "<<", "=", "\t", "-"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=10).filter(lambda text: not yaml._QUOTED_CONTROL.search(text)),
)
trees = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=20,
)


@given(trees)
def test_the_reader_reads_what_the_emitter_writes(tree: object) -> None:
    parsed = parse(emit(tree).encode(), "f")
    assert (repr(parsed.value), parsed.problems) == (repr(tree), [])


SEEDS = (
    DOCUMENT,
    b"a: &x {k: [1, 2, 'x']}\nb:\n- *x\n- <<: *x\n- !t \"q\\u00e9\"\n? complex\n: - y\n",
    b"%YAML 1.2\n--- # c\r\na: >+2\r\n   folded\r\n\r\nb: [\r\n  x, # c\r\n  y]\r\n...\r\n",
)
BITS = (
    *(b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\n", b"\r", b"\\", b"\\ud800", b"\\UFFFFFFFF"),
    *(b"&x ", b"*x", b"<<: ", b"- ", b": ", b"? ", b"{", b"}", b"[", b"]", b"'", b'"', b"|", b">", b"#", b"%"),
    *(b"!!int ", b"---\n", b"...\n", b"no", b"1e3"),
)


@given(st.integers(0, 2**32), st.sampled_from(SEEDS), st.integers(1, 8))
def test_any_bytes_give_problems_or_a_tree(seed: int, data: bytes, edits: int) -> None:
    chance = random.Random(seed)
    for _ in range(edits):
        at, until = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        change = chance.choice(BITS) if chance.random() < 0.7 else bytes([chance.randrange(256)])
        data = data[:at] + change + data[at if chance.random() < 0.7 else min(until, at + 6) :]
    check_total(data)


@given(st.binary(max_size=60))
def test_any_noise_gives_problems_or_a_tree(data: bytes) -> None:
    check_total(data)


def check_total(data: bytes) -> None:
    """Reading ends, problems stand inside the file, and positions can be asked for whatever the bytes are."""
    parsed = parse(data, "f.yaml")
    assert isinstance(parsed, Parsed)
    if not parsed.problems:
        assert parsed.value is not None
    count = data.decode(errors="replace").count("\n") + data.count(b"\r") + 2
    for problem in parsed.problems:
        assert isinstance(problem.where, Place)
        assert 0 <= problem.where.line <= count
        assert problem.message
    for path, (line, column) in list(lines(data).items())[:50]:
        assert line >= 1
        assert column >= 1
        assert locate(data, path) == (line, column)
        start, end = span(data, path)
        assert 0 <= start <= end <= len(data)


def test_any_bytes_give_problems_or_a_tree_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pyyaml, "CSafeLoader")
    chance = random.Random(3)
    for _ in range(400):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            data[at:at] = chance.choice(BITS)
        check_total(bytes(data))


def test_what_a_second_key_hides_has_no_line() -> None:
    assert lines(b"a: {x: 1}\na: 2\n") == {(): (1, 1), ("a",): (2, 4)}


def test_a_carriage_return_alone_ends_a_line_for_some_readers_only() -> None:
    assert problems("a: x\rz\r\n") == ["1:5 yaml/character: the character U+000D may not stand in YAML (remove it)"]
