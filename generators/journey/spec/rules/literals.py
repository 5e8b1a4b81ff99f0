"""Secrets written out: a literal that looks like one is refused wherever a spec holds free text.

Two signs: the form of a known credential, anywhere; and a value that looks drawn at random, or any value at all for a
password, beside a name that says what it is. A reference, a path, a template and a name made of words are none.
No message ever repeats the value.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules.fragments import Fragment, promoted_environments
from journey.spec.view import View

PLAINTEXT = "spec/plaintext-secret"

RULES = {PLAINTEXT: "A secret is a reference to the secret store, never a literal."}

_HINT = "put it into the secret store and refer to it: secrets: {NAME: {path: <path>, key: <key>}}"

_FORMS = {
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Slack token": r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    "a Slack webhook": r"https://hooks\.slack\.com/services/T[A-Za-z0-9/]{20,}",
    "a Stripe key": r"\b[sr]k_live_[A-Za-z0-9]{16,}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}",
    "a Vault token": r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}",
    "an npm token": r"\bnpm_[A-Za-z0-9]{36}",
    "a PyPI token": r"\bpypi-AgEI[A-Za-z0-9_-]{20,}",
    "a private key": r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY",
    "a JSON Web Token": r"\beyJ[A-Za-z0-9_-]{8,600}\.eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8}",
    "a URL with a password": r"\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s/:@\"']{0,100}:(?![$%{<*])[^\s/@\"']{1,200}@",
}
_KINDS = tuple(_FORMS)
_FORM = re.compile("|".join(f"({form})" for form in _FORMS.values()))
_MARK = re.compile(
    r"A(?:KIA|SIA|Iza)|gh[pousr]_|github_pat_|glpat-|xox|hooks\.slack|k_live_|hv[sbr]\.|npm_|pypi-|-BEGIN|eyJ|@"
)
"""What a text of any of the forms has in it: looked for first, it costs a twentieth of the forms."""

_SUSPECT = re.compile("pass|pwd|secret|token|credential|bearer|key", re.IGNORECASE)
_SPACE = re.compile(r"\s")
_PASSWORD = re.compile(r"(?:passwor[dt]|passwd|passphrase|(?:^|[_.-])pwd|(?:^|[_.-])pass)$", re.IGNORECASE)
_RANDOM = re.compile(
    r"(?:secret|token|credentials?|bearer|(?:api|access|private|secret|auth|encryption|signing|account|license)[_.-]?key)$",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"""(?m)(?:^|[\s{,;"'])-{0,2}([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;}]+)""")
_REFERENCE = re.compile(r"[$%<{*#&]|\.{0,2}/|~/|(?:secret|vault|ref|file|env)[+:]|[a-z]+://", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]?[a-z]+(?:[A-Z][a-z]+){0,4}|[A-Z]+|v?[0-9]{1,4}")
_NOTHING = frozenset("true false none null yes no on off changed generated random required optional default".split())
_SHORTEST_FORM = 15
_LEAST_LENGTH = 12
_LEAST_ENTROPY = 2.7
"""Bits a character. Words of a language have less at these lengths, what was drawn at random has more."""


def environment(fragment: Fragment, value: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    """`config`: variables and files."""
    for name, item in (value.get("values") or {}).items():
        if item.__class__ is dict:
            yield from _text(name, item.get("value"), where.child("values", name, "value"))
        elif item.__class__ is str and (fault := kind_of(name, item)):
            yield _problem(fault, name, where.child("values", name))
    for path, text in (value.get("files") or {}).items():
        yield from _text(path, text, where.child("files", path))


def anywhere(fragment: Fragment, value: object, where: Pointer) -> Iterator[Problem]:
    """Texts at any depth of a field."""
    return below(str(where.path[-1]), value, where)


def platform(view: View) -> Iterator[Problem]:
    """Values of charts, and those of a cluster."""
    for file in (ROOT_FILE, *(f"promoted/{env}.yaml" for env in promoted_environments(view))):
        for name, addon in (view.input(file, "addons") or {}).items():
            for field in ("values", "clusters"):
                yield from below(field, addon.get(field), Pointer(file, ("addons", name, field)))


def below(name: str, value: object, where: Pointer) -> Iterator[Problem]:
    """Problems of a tree; `name` is the key that it stands under."""
    if isinstance(value, dict):
        said = value.get("name")
        for key, item in value.items():
            called = said if key == "value" and isinstance(said, str) else key
            yield from below(called, item, where.child(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from below(name, item, where.child(index))
    else:
        yield from _text(name, value, where)


def _text(name: str, value: object, where: Pointer) -> Iterator[Problem]:
    if value.__class__ is str and (kind := kind_of(name, str(value))):
        yield _problem(kind, name, where)


def _problem(kind: str, name: str, where: Pointer) -> Problem:
    return Problem(where, PLAINTEXT, f"`{name}` holds what looks like {kind}", _HINT)


def kind_of(name: str, text: str) -> str:
    """What kind of secret a text under a name looks like; empty where it looks like none."""
    if not text:
        return ""
    if _MARK.search(text) and (len(text) >= _SHORTEST_FORM or "@" in text):
        match = _FORM.search(text)
        if match is not None and match.lastindex is not None:
            return _KINDS[match.lastindex - 1]
    if _SUSPECT.search(name) and (kind := _named(name, text)):
        return kind
    if ("=" not in text and ":" not in text) or not _SUSPECT.search(text):
        return ""
    return next((kind for match in _ASSIGNED.finditer(text) if (kind := _named(match[1], match[2]))), "")


def _named(name: str, text: str) -> str:
    """What the text is for its name alone."""
    if _REFERENCE.match(text) or text.lower() in _NOTHING or _SPACE.search(text):
        return ""
    if _PASSWORD.search(name):
        return "a password"
    return "a secret drawn at random" if _RANDOM.search(name) and _is_random(text) else ""


def _is_random(text: str) -> bool:
    if len(text) < _LEAST_LENGTH or all(_WORD.fullmatch(part) for part in re.split(r"[-_./:@]", text) if part):
        return False
    return _entropy(text) >= _LEAST_ENTROPY


def _entropy(text: str) -> float:
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values())
