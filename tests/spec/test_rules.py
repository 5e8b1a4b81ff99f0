"""What the rules let pass, how a mistake that reaches several places is told once, and what a finding reads."""

from __future__ import annotations

import pytest

from journey.problem import Place, Pointer, Problem
from journey.spec import resolve, rules
from journey.spec.rules import cron, literals, references
from journey.spec.rules.services import circles
from journey.spec.view import View
from tests.specs import PLATFORM, SERVICE, judge, platform

TWO = PLATFORM.replace("environments:", '  two: {provider: aws, kubernetes: "1.35", gateway: ingress}\nenvironments:')
STAGED = TWO + "  staging: {clusters: [two], promotesFrom: dev}\n"
FROM_HEAD = TWO + "  staging: {clusters: [two], promotesFrom: dev, base: head}\n"
SHOP = "apps/shop/service.yaml"
AUTH = "apps/auth/service.yaml"


@pytest.mark.parametrize(
    "text",
    [
        'kind: cron\nschedule: {cron: "*/15 8-18 1,15 jan-mar/2 mon-fri", timeZone: America/Argentina/Ushuaia}\n',
        "kind: job\n",
        "kind: worker\nvolumes:\n  data: {path: /data, kind: persistent}\n",
        "kind: worker\nscaling: {min: 3}\nvolumes: {a: {path: /a, kind: persistent, accessMode: ReadWriteMany}}\n",
        "kind: stateful\nscaling: {min: 3}\nvolumes:\n  data: {path: /data, kind: persistent}\n",
        "kind: worker\nhealth: {liveness: {kind: exec, command: [ready]}}\n",
        "kind: worker\nports: {a: {port: 53}, b: {port: 53, protocol: UDP}}\n",
        "kind: worker\nsecurity: {addCapabilities: [NET_BIND_SERVICE]}\n",
        "kind: worker\nsecurity: {user: 0}\nwithout: {securityContext: {reason: Runs as root today.}}\n",
        "kind: worker\nneeds: [{host: a.example.com, port: 443, cidrs: [192.0.2.0/24, 2001:db8::/32]}]\n",
        'kind: worker\nlabels: {example.com/tier: front, plain: ""}\nannotations: {example.com/any: any text}\n',
        'kind: worker\nresources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: "1", memory: 1024Mi}}\n',
        'kind: worker\npatches:\n- {target: {kind: Deployment}, json: [{op: test, path: "", value: null}]}\n',
        "kind: worker\nenvironments:\n  dev: {enabled: false, clusters: {local: {scaling: null}}}\n",
        "kind: worker\nconfig:\n  files: {/etc/app/a: x, /etc/app/b: x}\nvolumes:\n  data: {path: /etc/apps}\n",
    ],
)
def test_what_is_right_passes(text: str) -> None:
    assert judge({SHOP: f"team: web\n{text}"}) == []


def test_what_defaults_say_of_another_kind_passes() -> None:
    """Defaults are for every service; what has no meaning for one is not its mistake."""
    text = PLATFORM + 'defaults:\n  schedule: {cron: "0 3 * * *"}\n  routes: {api: {path: /}}\n  size: small\n'
    text += "  scaling: {min: 2, max: 4}\n  without: {autoscaler: {reason: Fixed for now.}}\n"
    worker = "team: web\nkind: worker\nports: {http: {port: 8080}}\nresources: {requests: {cpu: 50m}}\n"
    job = "team: web\nkind: job\n"
    files = {"platform.yaml": text, SHOP: SERVICE.replace("8080", "80"), AUTH: worker, "apps/job/service.yaml": job}
    assert judge(files) == []


def test_routes_that_differ_pass() -> None:
    way_in = "team: web\nruntime: nginx\nports: {http: {port: 8080}}\n"
    files = {"platform.yaml": PLATFORM.replace("ingress", "nginx"), "apps/gateway/service.yaml": way_in}
    routes = (
        "routes:\n  a: {host: a.example.com, path: /v1, methods: [GET]}\n"
        "  b: {host: a.example.com, path: /v1, methods: [POST]}\n  c: {host: a.example.com, path: /v1, match: exact}\n"
    )
    routes += "  d: {host: a.example.com, path: /v1, methods: [GET], headers: {X-Version: beta}}\n"
    routes += "  e: {host: a.example.com, path: /v1, methods: [GET], headers: {X-Version: gamma}}\n"
    assert judge({**files, SHOP: SERVICE + routes, AUTH: SERVICE + "routes: {api: {path: /v1}}\n"}) == []


def test_a_circle_of_needs_that_do_not_wait_passes() -> None:
    assert judge({SHOP: SERVICE + "needs: [{service: auth}]\n", AUTH: SERVICE + "needs: [{service: shop}]\n"}) == []


def test_a_mistake_in_two_places_is_told_once() -> None:
    files = {"platform.yaml": FROM_HEAD, SHOP: SERVICE + "routes: {api: {port: grpc}}\n"}
    assert judge(files) == [f"{SHOP}:4:22 spec/unknown-port: there is no port `grpc` (known: http)"]


def test_a_mistake_of_defaults_is_told_once() -> None:
    """Two services would have it; the message names neither."""
    text = PLATFORM + "defaults: {scaling: {min: 5, max: 3}}\n"
    view = platform({"platform.yaml": text, SHOP: SERVICE, AUTH: SERVICE})
    found = [*rules.judge_service(view, "shop"), *rules.judge_service(view, "auth")]
    assert len(found) == 2
    assert len(rules.untouched(found, [])) == 1


def test_a_mistake_stands_in_the_layer_that_makes_it() -> None:
    """The overlay's `min` goes beyond the base's `max`, which says the most and so is named."""
    base = "scaling: {min: 1, max: 3, cpu: 70}\nwithout: {autoscaler: {reason: Fixed for now.}}\n"
    overlay = "environments:\n  staging:\n    scaling: {max: 0}\n"
    assert judge({"platform.yaml": FROM_HEAD, SHOP: SERVICE + base + overlay})[0].startswith(f"{SHOP}:8:20 spec/value")
    overlay = "environments:\n  staging:\n    scaling: {min: 3, max: 2}\n"
    message = "`scaling` has at least 3 pods and at most 2 (max: 3, or min: 2)"
    found = judge({"platform.yaml": FROM_HEAD, SHOP: SERVICE + base + overlay})
    assert found == [f"{SHOP}:8:28 spec/scaling: {message}"]


def test_promoted_bases_are_judged_where_they_stand() -> None:
    promoted = "base: {ports: {http: {port: 8080}}, needs: [{service: gone}, {service: gone}], run: {timeout: 0s}}\n"
    file = "apps/shop/promoted/staging.yaml"
    twice = "`service: gone` is needed twice: the other is number 1 of the list"
    assert judge({"platform.yaml": STAGED, SHOP: SERVICE, file: promoted}) == [
        f"{file}:1:55 spec/unknown-service: there is no service `gone` (known: shop)",
        f"{file}:1:62 spec/need-duplicate: {twice} (keep one: the second would join the first)",
        f"{file}:1:95 spec/duration: `timeout: 0s` is no time at all (give it at least 1ms, or leave it out)",
    ]


def test_a_service_that_was_promoted_whole_passes() -> None:
    file = "apps/shop/promoted/staging.yaml"
    promoted = "base: {kind: worker}\nclusters:\n  two: {kind: worker, args: [--fast]}\n"
    assert judge({"platform.yaml": STAGED, SHOP: SERVICE, file: promoted}) == []


def test_an_unknown_service_has_no_problems() -> None:
    assert list(rules.judge_service(platform({}), "nobody")) == []


def test_versions_that_nobody_knows() -> None:
    view = platform({})
    assert list(rules.judge_versions(view, ("1.34",))) == []
    where = Pointer("platform.yaml", ("clusters", "local", "kubernetes"))
    assert list(rules.judge_versions(view, ())) == [
        Problem(where, references.VERSION, "Kubernetes 1.34 is not known here", "")
    ]


def test_another_service_is_judged_again_only_for_what_it_needs_of_it() -> None:
    """What is read of another service is its presence, not its file: most edits of it change nothing here."""
    view = platform({SHOP: SERVICE + "needs: [{service: auth}]\n", AUTH: SERVICE})
    asked = View(view.engine)
    list(rules.judge_service(asked, "shop"))
    assert ("spec.rules.presence.presences", "auth") in asked.asked()
    assert not [key for key in asked.asked() if AUTH in key or key[:2] == ("spec.resolve.service", "auth")]


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        ("* * * * *", ""),
        ("0 0 1-31/2 * ?", ""),
        ("0 0 31 2,4,mar *", ""),
        ("0 0 31 2 mon", ""),
        ("0 0 29 2 *", ""),
        ("5/15 0 * */3 *", ""),
        ("0 0 31 4-6/2 *", "that day never comes"),
        ("0 0 31 2,4,6,9,11 ?", "that day never comes"),
        ("0 0 31 */12 *", ""),
        ("* * * *", "it has 4 fields, not 5"),
        ("a * * * *", "minute `a`: `a` is not within 0 to 59"),
        ("* * 0 * *", "day of the month `0`: `0` is not within 1 to 31"),
        ("* * * foo *", "month `foo`: `foo` is not within 1 to 12"),
        ("5-1 * * * *", "minute `5-1`: `5-1` ends before it begins"),
        ("*/0 * * * *", "minute `*/0`: a step must be at least 1"),
        ("*-5 * * * *", "minute `*-5`: `*-5` is no range"),
        ("1,,2 * * * *", "minute `1,,2`: `` is no number, range, list or step"),
        ("@daily * * * *", "minute `@daily`: `@daily` is no number, range, list or step"),
        ("٣ * * * *", "minute `٣`: `٣` is not within 0 to 59"),
    ],
)
def test_schedules(schedule: str, fault: str) -> None:
    assert cron.fault(schedule) == fault


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"c": ["b"], "b": ["c"], "a": ["c"]}, [["b", "c"]]),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c", "a"]}, [["a", "b"], ["c", "d"]]),
    ],
)
def test_circles(before: dict[str, list[str]], found: list[list[str]]) -> None:
    assert list(circles(before)) == found


PASSWORD, RANDOM = "a password", "a secret drawn at random"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("PASSWORD", "x", PASSWORD),
        ("adminPassword", "Pa55-word", PASSWORD),
        ("PGPASS", "letmein", ""),
        ("DB_PASS", "letmein", PASSWORD),
        ("apiKey", "9f8b7c6d5e4f3a2b", RANDOM),
        ("CLIENT_SECRET", "s8Fj2kLq9ZxW", RANDOM),
        ("note", "ghp_" + "a1B2" * 9, "a GitHub token"),
        ("note", "see xoxb-1234567890-abcdef", "a Slack token"),
        ("note", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0K.c2lnbmF0dXJl", "a JSON Web Token"),
        ("note", "amqp://:secret@queue", "a URL with a password"),
        ("app.conf", "user: shop\npassword: letmein\n", PASSWORD),
        ("app.json", '{"apiToken": "9f8b7c6d5e4f3a2b"}', RANDOM),
        ("--secret", "", ""),
    ],
)
def test_a_literal_that_is_a_secret(name: str, text: str, kind: str) -> None:
    assert literals.kind_of(name, text) == kind


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DB_PASSWORD", "${DB_PASSWORD}"),
        ("DB_PASSWORD", "$(DB_PASSWORD)"),
        ("DB_PASSWORD", "{{ .password }}"),
        ("DB_PASSWORD", "<from the vault>"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "false"),
        ("DB_PASSWORD", "/run/secrets/password"),
        ("DB_PASSWORD", "vault:secret/data/main#password"),
        ("PASSWORD_HINT", "letmein"),
        ("PASSWORD_HASH", "argon2id"),
        ("TOKEN_ISSUER", "https://auth.example.com"),
        ("TOKEN_AUDIENCE", "api"),
        ("existingSecret", "main-credentials-v2"),
        ("existingSecret", "mainDatabaseCredentials"),
        ("secretKey", "client-secret"),
        ("API_KEY", "short1"),
        ("API_KEY", "aaaaaaaaaaaaaaa1"),
        ("URL", "postgresql://shop:${PASSWORD}@main/shop"),
        ("URL", "http://auth.example.com:8080/v1?x=a@b"),
        ("app.conf", "password_file = /run/secrets/password\ntoken: ${TOKEN}\n"),
        ("note", "a password is a secret: keep it"),
        ("digest", "sha256:" + "0123456789abcdef" * 4),
    ],
)
def test_a_literal_that_is_none(name: str, text: str) -> None:
    assert literals.kind_of(name, text) == ""


def test_no_message_repeats_a_secret() -> None:
    found = judge({SHOP: SERVICE + 'config: {values: {DB_PASSWORD: hunter2, URL: "redis://:hunter2@cache"}}\n'})
    assert len(found) == 2
    assert "hunter2" not in "".join(found)


def test_secrets_in_values_of_charts_and_in_extra_objects() -> None:
    chart = 'chart: {repository: "https://charts.example.com", name: g, version: 1.0.0}'
    own = "{local: {auth: [{name: TOKEN, value: a1b2c3d4e5f6}]}}"
    addons = f"addons:\n  g: {{team: web, {chart}, clusters: {own}}}\n"
    extra = "extra:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {password: letmein, size: 1}}\n"
    found = judge({"platform.yaml": PLATFORM + addons, SHOP: SERVICE + extra})
    assert [problem.split(" (")[0] for problem in found] == [
        f"{SHOP}:5:75 spec/plaintext-secret: `password` holds what looks like a password",
        "platform.yaml:12:141 spec/plaintext-secret: `TOKEN` holds what looks like a secret drawn at random",
    ]


REFUSED = Problem(Pointer(SHOP, ("needs", 0)), "spec/type", "")
UNREADABLE, NO_ROOT = (Problem(Place(file, 1, 1), "yaml/syntax", "") for file in (SHOP, "platform.yaml"))
SIZES, TEAMS = (Problem(Pointer("platform.yaml", (block, "x")), "spec/type", "") for block in ("sizes", "teams"))
SIZE = Pointer(SHOP, ("size",))


@pytest.mark.parametrize(
    ("where", "rule", "refused", "left"),
    [
        (Pointer(SHOP, ("needs", 0, "service")), "spec/unknown-service", REFUSED, False),
        (Pointer(SHOP, ("needs",)), "spec/unknown-service", REFUSED, False),
        (Pointer(SHOP, ("needs", 1)), "spec/unknown-service", REFUSED, True),
        (Pointer(AUTH, ("needs", 0)), "spec/unknown-service", REFUSED, True),
        (Pointer(AUTH, ("needs", 0)), "spec/unknown-port", REFUSED, False),
        (SIZE, "spec/unknown-size", UNREADABLE, False),
        (SIZE, "spec/unknown-size", NO_ROOT, False),
        (SIZE, "spec/unknown-size", SIZES, False),
        (SIZE, "spec/unknown-size", TEAMS, True),
    ],
)
def test_what_follows_from_a_refusal_is_left_out(where: Pointer, rule: str, refused: Problem, left: bool) -> None:
    found = Problem(where, rule, "")
    assert rules.untouched([found, found], [refused]) == ([found] if left else [])


def test_rules_read_an_unfinished_spec() -> None:
    """A document that is wholly refused leaves an empty one behind; no rule stumbles over it."""
    found = judge({"platform.yaml": "[]\n", SHOP: "[]\n", "promoted/dev.yaml": "x\n"})
    assert [problem.split(":")[0] for problem in found] == [SHOP, "platform.yaml", "promoted/dev.yaml"]
    assert resolve.services(platform({})) == ()
