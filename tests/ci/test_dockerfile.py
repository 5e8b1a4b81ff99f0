"""What a Dockerfile takes out of its context."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.ci.dockerfile import sources


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM scratch", ()),
        ("COPY apps/auth /app", ("apps/auth",)),
        ("copy ./apps/auth/ apps/kit /app/", ("apps/auth", "apps/kit")),
        ("COPY --chown=1000:1000 --link a b", ("a",)),
        ("COPY --from=build /out /app", ()),
        ('COPY ["with space/a", "b", "/app"]', ("b", "with space/a")),
        ("COPY 'with space/a' /app", ("with space/a",)),
        ("COPY generators/journey/*.py /app", ("generators/journey",)),
        ("COPY apps/$SERVICE /app", ("apps",)),
        ("COPY *.toml /app", ("",)),
        ("COPY . /app", ("",)),
        ("COPY / /app", ("",)),
        ("COPY ../outside /app", ("",)),
        ("ADD https://example.com/x.tgz a /app", ("a",)),
        ("COPY a \\\n  # a comment\n  b \\\n  /app", ("a", "b")),
        ("COPY <<EOF /app/x\nCOPY no no\nEOF\nCOPY yes /app", ("yes",)),
        ("RUN <<-'EOF'\nCOPY no no\n\tEOF\nCOPY yes /app", ("yes",)),
        ("RUN --mount=type=bind,source=pyproject.toml,target=/x pip install .", ("pyproject.toml",)),
        ("RUN --mount=type=bind,target=/src make", ("",)),
        ("RUN --mount=type=bind,from=build,source=a,target=/x make", ()),
        ("RUN --mount=type=cache,target=/cache pip install .", ()),
        ("# COPY a b\n  # COPY c d", ()),
        ("COPY [broken", ("",)),
        ("COPY 'broken", ("",)),
    ],
)
def test_sources(text: str, expected: tuple[str, ...]) -> None:
    assert sources(text) == expected


@given(st.text(st.sampled_from("COPYADRUN abc./$*[]\"'\\\n<-=, #"), max_size=60))
def test_any_text_has_sources_inside_the_context(text: str) -> None:
    assert [path for path in sources(text) if path.startswith(("/", ".."))] == []
