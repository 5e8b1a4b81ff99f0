from __future__ import annotations

import math

import pytest

from journey.formats.hcl import (
    Attribute,
    Block,
    Call,
    Comment,
    Expression,
    Heredoc,
    Raw,
    Reference,
    Template,
    emit,
)


def value(expression: Expression) -> str:
    """The text of one attribute named v, without its name."""
    return emit([Attribute("v", expression)]).removeprefix("v = ")


def test_a_file_as_terraform_fmt_leaves_it() -> None:
    items = (
        Comment("one line\nanother"),
        Block(
            "terraform",
            (),
            (
                Attribute("required_version", ">= 1.9"),
                Block("required_providers", (), (Attribute("aws", {"source": "hashicorp/aws", "version": "~> 6.0"}),)),
            ),
        ),
        Comment("the network"),
        Block(
            "resource",
            ("aws_vpc", "main"),
            (
                Attribute("cidr_block", "10.0.0.0/16"),
                Attribute("enable_dns_support", True),
                Attribute("tags", {"Name": Template(("shop-", Reference("var.env"))), "a b": 1.5, "x": {"y": None}}),
                Attribute("count", 2),
                Block("lifecycle", (), (Attribute("ignore_changes", [Reference("tags")]),)),
                Block("timeouts"),
                Comment("last"),
                Attribute("done", Call("now")),
            ),
        ),
        Block("locals"),
    )
    assert (
        emit(items)
        == """\
# one line
# another
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

# the network
resource "aws_vpc" "main" {
  cidr_block         = "10.0.0.0/16"
  enable_dns_support = true
  tags = {
    Name  = "shop-${var.env}"
    "a b" = 1.5
    x = {
      y = null
    }
  }
  count = 2

  lifecycle {
    ignore_changes = [tags]
  }

  timeouts {}

  # last
  done = now()
}

locals {}
"""
    )


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("plain", '"plain"\n'),
        ("${a} %{b} $c", '"$${a} %%{b} $c"\n'),
        ('a"b\\c\n\t\b\f', '"a\\"b\\\\c\\n\\t\\u0008\\u000c"\n'),
        ("é 😀", '"é 😀"\n'),
        (None, "null\n"),
        (False, "false\n"),
        (3, "3\n"),
        (0.5, "0.5\n"),
        ([], "[]\n"),
        ({}, "{}\n"),
        ([1, "a", [True]], '[1, "a", [true]]\n'),
        (["a" * 40, "b" * 40], f'[\n  "{"a" * 40}",\n  "{"b" * 40}",\n]\n'),
        ([{"a": 1}, 2], "[\n  {\n    a = 1\n  },\n  2,\n]\n"),
        (Reference('aws_subnet.a["x-1"].tags[0].ids[*].*'), 'aws_subnet.a["x-1"].tags[0].ids[*].*\n'),
        (Raw("var.a ? 1 : 2"), "var.a ? 1 : 2\n"),
        (Raw("{\n  for k, v in var.x : k => v\n}"), "{\n  for k, v in var.x : k => v\n}\n"),
        (Template(("a-", Reference("var.b"), "-${c}", 1)), '"a-${var.b}-$${c}${1}"\n'),
        (Call("f"), "f()\n"),
        (Call("f", (1, Reference("var.x"))), "f(1, var.x)\n"),
        (Call("jsonencode", ({"a": 1},)), "jsonencode({\n  a = 1\n})\n"),
        (Call("merge", (Reference("local.t"), {"a": 1})), "merge(local.t, {\n  a = 1\n})\n"),
        (Call("merge", ({"a": 1}, 2)), "merge(\n  {\n    a = 1\n  },\n  2,\n)\n"),
        (Heredoc("a ${b}\n  c\n"), "<<-EOT\n  a $${b}\n    c\nEOT\n"),
        (Heredoc("a\n\nEOT.\n", "END"), "<<END\na\n\nEOT.\nEND\n"),
        (Heredoc("  a\n  b\n"), "<<EOT\n  a\n  b\nEOT\n"),
        (Heredoc("a \nb\n"), "<<EOT\na \nb\nEOT\n"),
    ],
)
def test_text_of_an_expression(expression: Expression, text: str) -> None:
    assert value(expression) == text


def test_equals_signs_align_over_lines_that_follow_one_another() -> None:
    """The runs are those that Terraform 1.11's `fmt` leaves alone: brackets end one, a heredoc does not."""
    body = (
        Attribute("a", 1),
        Attribute("text", Heredoc("x\n\nz\n")),
        Attribute("b", Heredoc("x\n")),
        Attribute("longest", [1]),
        Attribute("map", {"k": 1, "long": 2}),
        Attribute("c", 3),
    )
    assert (
        emit([Block("locals", (), body)])
        == """\
locals {
  a       = 1
  text    = <<EOT
x

z
EOT
  b       = <<-EOT
    x
  EOT
  longest = [1]
  map = {
    k    = 1
    long = 2
  }
  c = 3
}
"""
    )


@pytest.mark.parametrize("path", ["", "a b", "a.", "a..b", "1a", 'a["${b}"]', "a[", "f(x)"])
def test_a_reference_is_a_traversal(path: str) -> None:
    with pytest.raises(ValueError, match="no reference"):
        Reference(path)


@pytest.mark.parametrize(
    ("text", "message"), [("no end", "a heredoc ends with a newline"), ("a\n EOT\n", "the text holds its own end: EOT")]
)
def test_a_heredoc_is_whole_lines(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Heredoc(text)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (Attribute("a b", 1), "no HCL name: 'a b'"),
        (Block("1x"), "no HCL name: '1x'"),
        (Attribute("a", Call("f(")), "no HCL name"),
        (Attribute("a", math.nan), "no HCL for nan"),
        (Attribute("a", [Heredoc("x\n")]), "a heredoc can only be a value behind `=`"),
        (Attribute("a", Call("f", (Heredoc("x\n"),))), "a heredoc can only be a value behind `=`"),
        (Attribute("a", Template((Heredoc("x\n"),))), "a heredoc can only be a value behind `=`"),
        (Attribute("a", Template(({"a": 1},))), "a template's part must fit on one line"),
    ],
)
def test_what_hcl_cannot_write_is_refused(item: Attribute | Block, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emit([item])
