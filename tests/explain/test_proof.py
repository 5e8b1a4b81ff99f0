"""A sample of the proof that explanations are sound and complete; all of it: `make e2e-explain`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey import pipeline
from tests import specs
from tests.explain import proof, shop

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(("root", "sample"), [("examples/node-express", 4), (".", 90)])
def test_real_platforms_are_explained_exactly(root: str, sample: int) -> None:
    session, problems = pipeline.open_rendered(str(ROOT / root))
    assert not pipeline.has_error(problems)
    score = proof.of_root(session, sample)
    assert score.fields > 100
    assert score.percent >= proof.LEAST, score


SERVICES = st.fixed_dictionaries(
    {
        "team": st.just("web"),
        "ports": st.sampled_from([{"http": {"port": 8080}}, {"http": {"port": 81, "expose": 80}}]),
    },
    optional={
        "scaling": st.fixed_dictionaries({"min": st.integers(1, 3)}, optional={"max": st.integers(4, 9)}),
        "priority": st.sampled_from(["high", "low"]),
        "needs": st.sampled_from([[{"service": "api"}], [{"host": "example.com", "port": 443}]]),
        "routes": st.sampled_from([{"a": {"path": "/a"}}, {"a": {"path": "/a", "timeout": "50s"}}]),
        "release": st.just({"version": "1.0.0"}),
        "environments": st.sampled_from([{"prod": {"enabled": False}}, {"prod": {"scaling": {"min": 3}}}]),
    },
)


@settings(max_examples=5)
@given(SERVICES, st.sampled_from(["dev", "prod"]), st.sampled_from(["web", "api"]))
def test_random_platforms_are_explained_exactly(service: dict[str, object], environment: str, of: str) -> None:
    import yaml

    files = {**shop.FILES, "apps/web/service.yaml": yaml.safe_dump(service)}
    with tempfile.TemporaryDirectory() as folder:
        trials = shop.trials(specs.load(files, Path(folder)), of, environment)
        score = proof.prove(trials.documents, trials.unit, shop.render)
    assert score.percent >= proof.LEAST, score
