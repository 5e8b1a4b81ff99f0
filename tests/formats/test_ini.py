from __future__ import annotations

import configparser

import pytest

from journey.formats.ini import Comment, Document, Entry, Section, emit


def test_a_file() -> None:
    document = Document(
        (
            Section("", (Entry("root", True),)),
            Section("databases", (Comment("where\nthey are"), Entry("shop", "host=db port=5432"), Entry("empty", ""))),
            Section("web:children", (Entry("node-1"), Entry("node-2 port=22"))),
        )
    )
    assert (
        emit(document, "Rendered.")
        == """\
# Rendered.

root = true

[databases]
# where
# they are
shop = host=db port=5432
empty =

[web:children]
node-1
node-2 port=22
"""
    )


def test_systemd_repeats_keys_and_has_no_blanks_around_the_sign() -> None:
    unit = Section("Service", (Entry("ExecStart", ""), Entry("ExecStart", "/bin/a"), Entry("Nice", 5), Entry("X", 0.5)))
    assert emit(Document((unit,), ";", "=")) == "[Service]\nExecStart=\nExecStart=/bin/a\nNice=5\nX=0.5\n"


def test_python_reads_it_back() -> None:
    text = emit(Document((Section("a b", (Entry("k", "v = 1"), Entry("l", False), Entry("n"))),), ";"), "Rendered.")
    parser = configparser.ConfigParser(allow_no_value=True)
    parser.read_string(text)
    assert dict(parser["a b"]) == {"k": "v = 1", "l": "false", "n": None}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (Section("a]"), r"INI cannot hold 'a\]'"),
        (Section("a", (Entry("k", "two\nlines"),)), "INI cannot hold"),
        (Section("a", (Entry("k", " v"),)), "INI cannot hold ' v'"),
        (Section("a", (Entry("k=", "v"),)), "INI cannot hold 'k='"),
        (Section("a", (Entry("", "v"),)), "no INI key: ''"),
        (Section("a", (Entry("#k", "v"),)), "no INI key: '#k'"),
        (Section("a", (Entry("[k]"),)), r"no INI key: '\[k\]'"),
    ],
)
def test_what_ini_cannot_hold_is_refused(section: Section, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emit(Document((section,)))


def test_only_the_first_section_may_be_without_a_name() -> None:
    with pytest.raises(ValueError, match="only the first section may be without a name"):
        emit(Document((Section("a"), Section("", (Entry("k", 1),)))))
