"""All that a platform defines held against all that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks import references
from journey.checks.references.referred import CLUSTER
from journey.problem import Pointer, Problem
from tests.checks.support import (
    ARGOCD,
    FOLDER,
    ORIGIN,
    SHARED,
    UNIT,
    Tree,
    application,
    artifacts,
    changed,
    made,
    service_objects,
    shared_objects,
)

FOLDERS = {"clusters", "clusters/local", FOLDER, f"{FOLDER}/auth", f"{FOLDER}/_shared"}
POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)


def platform(
    service: Mapping[str, Tree] | None = None,
    shared: Mapping[str, Tree] | None = None,
    applied: Mapping[str, Tree] | None = None,
) -> list[tuple[Unit, list[Artifact]]]:
    """A small platform, clean unless parts of it are given otherwise."""
    return [
        (UNIT, artifacts(service_objects() if service is None else service)),
        (SHARED, artifacts(shared_objects() if shared is None else shared, f"{FOLDER}/_shared")),
        (ARGOCD, artifacts({"app": application()} if applied is None else applied, "clusters/local/applications")),
    ]


def across(units: Iterable[tuple[Unit, list[Artifact]]]) -> list[Problem]:
    """What `judge` says of whole units, gathered as a run gathers it."""
    defined: dict[str, list[tuple[str, Pointer]]] = {}
    referred: list[tuple[str, str, Pointer]] = []
    for unit, files in units:
        links = references.links(unit, files)
        for file, identities in zip(files, links.defines, strict=True):
            for identity in identities:
                defined.setdefault(identity, []).append((file.path, file.origin))
        for index, identity in links.refers:
            referred.append((identity, files[index].path, files[index].origin))
    return list(references.judge(defined, referred, FOLDERS))


def test_a_clean_platform_has_no_problem() -> None:
    assert across(platform()) == []


APPLIED = "clusters/local/applications"


@pytest.mark.parametrize(
    ("name", "steps", "value", "message", "hint"),
    [
        (
            "deployment",
            (*CONTAINER, "envFrom", 0, "configMapRef", "name"),
            "auth-1a2c",
            "Deployment auth names ConfigMap auth-1a2c in namespace auth",
            "did you mean auth-1a2b?",
        ),
        (
            "deployment",
            (*POD, "serviceAccountName"),
            "nobody",
            "Deployment auth names ServiceAccount nobody in namespace auth",
            "",
        ),
        (
            "deployment",
            (*POD, "priorityClassName"),
            "norma",
            "Deployment auth names PriorityClass norma",
            "did you mean normal?",
        ),
        (
            "deployment",
            (*POD, "imagePullSecrets", 0, "name"),
            "pulled",
            "Deployment auth names Secret pulled in namespace auth",
            "did you mean pull?",
        ),
        (
            "deployment",
            (*POD, "volumes", 2, "persistentVolumeClaim", "claimName"),
            "data",
            "Deployment auth names PersistentVolumeClaim data in namespace auth",
            "did you mean auth-data?",
        ),
        (
            "hpa",
            ("spec", "scaleTargetRef", "kind"),
            "StatefulSet",
            "HorizontalPodAutoscaler auth names StatefulSet auth in namespace auth",
            "",
        ),
        (
            "route",
            ("spec", "parentRefs", 0, "namespace"),
            "gateways",
            "HTTPRoute auth names listener https of Gateway gateway in namespace gateways",
            "it stands in namespace gateway",
        ),
        (
            "route",
            ("spec", "parentRefs", 0, "sectionName"),
            "http",
            "HTTPRoute auth names listener http of Gateway gateway in namespace gateway",
            "it has https",
        ),
        (
            "route",
            ("spec", "rules", 0, "backendRefs", 0, "port"),
            8080,
            "HTTPRoute auth names port 8080 of Service auth in namespace auth",
            "it has 80, http",
        ),
        (
            "binding",
            ("roleRef", "name"),
            "aut",
            "RoleBinding auth names Role aut in namespace auth",
            "did you mean auth?",
        ),
        (
            "binding",
            ("subjects", 0, "name"),
            "aut",
            "RoleBinding auth names ServiceAccount aut in namespace auth",
            "did you mean auth?",
        ),
        (
            "externalsecret",
            ("spec", "secretStoreRef", "name"),
            "vaults",
            "ExternalSecret auth names ClusterSecretStore vaults",
            "did you mean vault?",
        ),
        (
            "networkpolicy",
            ("spec", "egress", 0, "to", 0, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"),
            "gatewy",
            "NetworkPolicy auth names Namespace gatewy",
            "did you mean gateway?",
        ),
    ],
)
def test_a_broken_reference_of_a_service_is_missing(
    name: str, steps: tuple[str | int, ...], value: object, message: str, hint: str
) -> None:
    found = across(platform(changed(service_objects(), name, *steps, to=value)))
    whole = f"{FOLDER}/auth/{name}.yaml: {message}, which nothing renders on cluster local"
    assert found == [Problem(ORIGIN, "references/missing", whole, hint)]


@pytest.mark.parametrize(
    ("steps", "value", "message", "hint"),
    [
        (
            ("spec", "project"),
            "team-prod",
            (
                "Application auth-dev-local names AppProject team-prod in namespace argocd,"
                " which nothing renders on cluster local"
            ),
            "did you mean team-dev?",
        ),
        (
            ("spec", "source", "path"),
            f"{FOLDER}/aut",
            f"Application auth-dev-local names folder {FOLDER}/aut, which holds no rendered file",
            f"did you mean {FOLDER}/auth?",
        ),
        (
            ("spec", "destination"),
            {"name": "locale"},
            "Application auth-dev-local names cluster locale, for which nothing is rendered",
            "did you mean local?",
        ),
    ],
)
def test_a_broken_reference_of_an_application_is_missing(
    steps: tuple[str, ...], value: object, message: str, hint: str
) -> None:
    found = across(platform(applied=changed({"app": application()}, "app", *steps, to=value)))
    assert found == [Problem(ORIGIN, "references/missing", f"{APPLIED}/app.yaml: {message}", hint)]


def test_an_application_may_be_sent_to_a_cluster_that_is_rendered() -> None:
    applied = changed({"app": application()}, "app", "spec", "destination", to={"name": "local"})
    assert across(platform(applied=applied)) == []


@pytest.mark.parametrize("name", ["priority", "store", "gatewaynamespace", "monitoring", "gateway", "pull", "project"])
def test_each_shared_object_that_is_taken_away_is_missing(name: str) -> None:
    shared = shared_objects()
    kind = shared.pop(name)["kind"]
    (problem,) = across(platform(shared=shared))
    assert problem.rule == "references/missing"
    assert f"{kind} " in problem.message


def test_a_reference_holds_only_on_its_own_cluster() -> None:
    elsewhere = [(unit._replace(cluster="other"), files) for unit, files in platform()[1:2]]
    found = across([platform()[0], *elsewhere])
    assert len(found) == 6
    assert {problem.rule for problem in found} == {"references/missing"}


def test_a_file_whose_object_is_unknown_is_still_named() -> None:
    found = list(references.judge({}, [("local|Secret.|n|s", "a.yaml", ORIGIN)], ()))
    message = "a.yaml: it names Secret s in namespace n, which nothing renders on cluster local"
    assert found == [Problem(ORIGIN, "references/missing", message)]


def test_an_object_in_two_files_is_a_duplicate_that_names_both() -> None:
    other = Unit("kubernetes", "dev", "local", "other")
    copied = artifacts({"b": service_objects()["configmap"]}, f"{FOLDER}/other")
    message = f"{FOLDER}/other/b.yaml: {FOLDER}/auth/configmap.yaml defines ConfigMap auth-1a2b in namespace auth"
    assert across([*platform(), (other, copied)]) == [
        Problem(
            ORIGIN, "references/duplicate", f"{message} on cluster local too", "rename one of them, or render it once"
        )
    ]
    assert across([*platform(), (other._replace(cluster="other"), copied)]) == []


def test_what_a_controller_makes_is_a_duplicate_too_unless_it_is_shared() -> None:
    secret = artifacts({"secret": made("v1", "Secret", "auth-secrets")}, f"{FOLDER}/other")
    (problem,) = across([*platform(), (SHARED, secret)])
    assert problem.rule == "references/duplicate"
    first, second = application(), application()
    for app, name in ((first, "first"), (second, "second")):
        app["metadata"]["name"] = name
        app["spec"]["syncPolicy"] = {"syncOptions": ["CreateNamespace=true"]}
    assert across(platform(applied={"first": first, "second": second})) == []


def test_each_rule_says_what_it_demands() -> None:
    assert set(references.RULES) == {
        f"references/{rule}" for rule in ("missing", "duplicate", "selector", "port", "key", "volume")
    }
    assert all(text.endswith(".") for text in references.RULES.values())


@pytest.mark.parametrize(
    "source",
    [
        {"repoURL": "https://charts.example.com", "chart": "cert-manager"},
        {"repoURL": "oci://registry.example.com/charts/x", "path": "."},
    ],
)
def test_nothing_is_missed_in_a_namespace_that_a_packaged_chart_fills(source: Tree) -> None:
    route = changed(service_objects(), "route", "spec", "rules", 0, "backendRefs", 0, "namespace", to="addon")
    assert [problem.rule for problem in across(platform(route))] == ["references/missing"]
    addon = application()
    addon["metadata"]["name"] = "addon"
    addon["spec"] |= {"source": source, "destination": {"namespace": "addon"}}
    assert across(platform(route, applied={"app": application(), "addon": addon})) == []


def test_a_cluster_without_an_argo_cd_of_its_own_is_known_by_its_shared_objects() -> None:
    named = [(f"{CLUSTER}spoke", "clusters/hub/applications/auth.yaml", ORIGIN)]
    assert list(references.judge({}, named, {"clusters/spoke/shared"})) == []
    assert len(list(references.judge({}, named, {"clusters/hub/shared"}))) == 1


def test_an_application_names_values_that_are_rendered() -> None:
    values = Artifact("environments/dev/local/helm/auth.yaml", Format.YAML, {"replicas": 1}, ORIGIN)
    made = (Unit("helm", "dev", "local", "auth"), [values])

    def named(file: str) -> list[Problem]:
        source = {"path": "charts/auth", "helm": {"valueFiles": [f"../../environments/dev/local/helm/{file}"]}}
        applied = {"app": changed(application(), "spec", "source", to=source)}
        found = across([*platform(applied=applied), made])
        return [problem for problem in found if "folder charts/auth" not in problem.message]

    assert named("auth.yaml") == []
    (found,) = named("auht.yaml")
    assert (found.rule, found.hint) == ("references/missing", "did you mean environments/dev/local/helm/auth.yaml?")
    message = "Application auth-dev-local names file environments/dev/local/helm/auht.yaml, which nothing renders"
    assert found.message.endswith(message)
