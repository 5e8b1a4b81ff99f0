from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.formats.nginx import Comment, Directive, emit, quoted


def words(text: str) -> list[str]:
    """The words of one simple directive, read the way ngx_conf_read_token does."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        assert text[at] not in "#{}", "a word cannot begin with this"
        if text[at] == ";":
            return found
        quote = text[at] if text[at] in "\"'" else ""
        at += bool(quote)
        word = ""
        while text[at] != quote if quote else text[at] not in " \t\r\n;{":
            if text[at] == "\\" and text[at + 1] in "\"'\\trn":
                word += {"t": "\t", "r": "\r", "n": "\n"}.get(text[at + 1], text[at + 1])
                at += 2
            elif text[at] == "\\":
                word += text[at : at + 2]
                at += 2
            elif text[at : at + 2] == "${":
                word += "${"
                at += 2
            else:
                word += text[at]
                at += 1
        at += bool(quote)
        assert text[at] in " \t\r\n;{", "a quote must end its word"
        found.append(word)
    raise AssertionError("a directive must end")


def test_a_file() -> None:
    items = (
        Directive("worker_processes", ("auto",)),
        Directive("events", (), ()),
        Comment("the\nserver\n"),
        Directive(
            "http",
            (),
            (
                Directive("log_format", ("main", '{"t":"$time_iso8601"}')),
                Directive("access_log", ("off",)),
                Comment("routes"),
                Directive("server", (), (Directive("listen", ("80",)), Directive("location", ("~", r"^/v\d{1}$"), ()))),
                Directive("server_tokens", ("off",)),
            ),
        ),
    )
    assert (
        emit(items)
        == r"""worker_processes auto;

events {}

# the
# server
#
http {
    log_format main "{\"t\":\"$time_iso8601\"}";
    access_log off;

    # routes
    server {
        listen 80;

        location ~ "^/v\d{1}$" {}
    }

    server_tokens off;
}
"""
    )


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("text/html", "text/html"),
        ("", '""'),
        ("a b", '"a b"'),
        ("a;b", '"a;b"'),
        ("{", '"{"'),
        ("#a", '"#a"'),
        ("a#b", "a#b"),
        ("it's", '"it\'s"'),
        ('say "x"', '"say \\"x\\""'),
        ("$host", "$host"),
        ("${host}/x", "${host}/x"),
        ("${a}{b}", '"${a}{b}"'),
        (r"\.php$", r"\.php$"),
        (r"^/\d{2}$", r'"^/\d{2}$"'),
        (r"a\nb", r'"a\\nb"'),
        ("a\nb\t", r'"a\nb\t"'),
        ("end\\", r'"end\\"'),
        ("a\\\\b", r'"a\\\b"'),
    ],
)
def test_a_word_is_quoted_where_it_must_be(word: str, text: str) -> None:
    assert quoted(word) == text
    assert words(f"{text};") == [word]


@given(st.lists(st.text(st.sampled_from("ab \t\n\r;{}\"'#\\$trn."), max_size=8), min_size=1, max_size=4))
def test_words_come_back_as_they_were(args: list[str]) -> None:
    assert words(emit([Directive("name", tuple(args))])) == ["name", *args]


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NGINX has no NUL"):
        quoted("a\x00")
