"""The wrapper module from which a published Go program is built as its authors build it."""

from __future__ import annotations

import pytest

from tools import gomod

UPSTREAM = """\
module k8s.io/kubernetes

go 1.24.0

require k8s.io/api v0.0.0 // staged

require (
	github.com/a/b v1.2.3
	github.com/c/d v1.0.0 // indirect
	example.com/own v0.1.0
)

replace github.com/a/b => github.com/fork/b v1.2.4

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	example.com/own v0.1.0 => ../own
	example.com/left => ./left
)
"""


def test_directives_are_read_in_blocks_and_alone() -> None:
    assert gomod.directives(UPSTREAM, "require") == [
        "k8s.io/api v0.0.0",
        "github.com/a/b v1.2.3",
        "github.com/c/d v1.0.0",
        "example.com/own v0.1.0",
    ]
    assert gomod.directives(UPSTREAM, "exclude") == []


def test_what_is_staged_becomes_what_is_published() -> None:
    text = gomod.wrapper(UPSTREAM, "kubernetes", "k8s.io/kubernetes", "v1.34.4", ["k8s.io/kubernetes/cmd/kubelet"], {})
    assert (
        text
        == """\
module request-journey.dev/tools/kubernetes

go 1.24.0

tool (
	k8s.io/kubernetes/cmd/kubelet
)

require (
	k8s.io/kubernetes v1.34.4
	github.com/a/b v1.2.3
	github.com/c/d v1.0.0
	example.com/own v0.1.0
)

replace (
	github.com/a/b => github.com/fork/b v1.2.4
	k8s.io/api => k8s.io/api v0.34.4
	example.com/own v0.1.0 => example.com/own v0.34.4
	example.com/left => example.com/left v0.34.4
)
"""
    )


def test_a_local_replacement_gets_the_version_that_is_named_or_goes() -> None:
    found = gomod.replacements(UPSTREAM, "example.com/m", "v1.0.0", {"example.com/own": "v0.9.0"})
    assert found == ["github.com/a/b => github.com/fork/b v1.2.4", "example.com/own v0.1.0 => example.com/own v0.9.0"]


def test_the_program_and_its_version_are_read_from_the_wrapper() -> None:
    text = "tool example.com/m/v2/cmd/x\n\nrequire (\n\texample.com/m v1.0.0\n\texample.com/m/v2 v2.1.0\n)\n"
    assert (gomod.module_of(text), gomod.version_of(text)) == ("example.com/m/v2", "v2.1.0")


def test_wrong_arguments_print_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert gomod.main(["kwok"]) == 2
    assert "python -m tools.gomod NAME MODULE@VERSION PACKAGE..." in capsys.readouterr().err
