"""Images: what one service's Dockerfile says, by runtime, and what its context leaves out."""

from __future__ import annotations

from journey.ci.dockerfile import sources
from journey.formats import text
from journey.problem import Pointer
from journey.targets import github_actions, images
from tests import specs
from tests.targets.delivered import artifacts

FILE = "apps/shop/service.yaml"
DIGEST = "sha256:" + "a" * 64
WEB = """
team: web
description: Sells.
runtime: node
ports: {http: {port: 8080}, admin: {port: 9000, protocol: UDP}}
health:
  liveness: {path: /livez}
  readiness: {path: /readyz, period: 500ms, timeout: 2s, failures: 4}
  startup: {path: /livez, period: 2s, failures: 30}
build: {}
"""


def rendered(service: str = WEB, platform: str = specs.PLATFORM) -> dict[str, str]:
    """The files of the service `shop`, as they are written."""
    view = specs.platform({"platform.yaml": platform, FILE: service})
    return {path: text.emit(artifact.content) for path, artifact in artifacts(images, view).items()}


def dockerfile(service: str = WEB, platform: str = specs.PLATFORM) -> str:
    return rendered(service, platform)["apps/shop/Dockerfile"]


def last_stage(service: str = WEB) -> list[str]:
    return dockerfile(service).partition("FROM scratch\n")[2].splitlines()


def test_only_services_that_say_build_have_it() -> None:
    assert sorted(rendered()) == ["apps/shop/Dockerfile", "apps/shop/Dockerfile.dockerignore"]
    assert rendered(WEB.replace("build: {}", "")) == {}
    assert rendered(platform=f"{specs.PLATFORM}targets: [kubernetes]\n") == {}


def test_its_findings_stand_on_the_block() -> None:
    view = specs.platform({FILE: WEB})
    assert {artifact.origin for artifact in artifacts(images, view).values()} == {Pointer(FILE, ("build",))}


def test_the_last_stage_says_who_runs_and_how() -> None:
    lines = last_stage()
    for line in (
        "COPY --from=build /image/ /",
        "COPY --from=build /code/ /",
        "WORKDIR /app/apps/shop",
        "USER 10001:10001",
        "EXPOSE 8080/tcp",
        "EXPOSE 9000/udp",
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["node", "."]',
    ):
        assert line in lines
    assert not [line for line in lines if line.startswith(("RUN", "SHELL", "ADD"))]


def test_the_user_is_the_one_of_the_pods() -> None:
    found = dockerfile(WEB + "security: {user: 999, group: 998}\n")
    assert "USER 999:998" in found
    assert "'app:x:999:998::/tmp:/\\n' >/image/etc/passwd" in found


def test_health_is_the_readiness_probe_in_whole_seconds() -> None:
    lines = last_stage()
    at = next(number for number, line in enumerate(lines) if line.startswith("HEALTHCHECK"))
    assert lines[at] == "HEALTHCHECK --interval=1s --timeout=2s --start-period=60s --retries=4 \\"
    assert lines[at + 1].startswith('    CMD ["node", "-e", ')
    assert lines[at + 1].endswith(', "http://127.0.0.1:8080/readyz"]')


def test_where_nothing_asks_there_is_no_health() -> None:
    for service in ("", "kind: cron\nschedule: {cron: '0 1 * * *'}\n"):
        assert "HEALTHCHECK NONE" in last_stage(f"team: web\nruntime: node\n{service}build: {{}}\n")


def test_a_command_of_its_own_asks_whether_it_is_well() -> None:
    service = (
        "team: web\nhealth: {liveness: {kind: exec, command: [/ok]}}\nbuild: {start: [/run], health: [/well, -v]}\n"
    )
    assert '    CMD ["/well", "-v"]' in last_stage(service)
    assert '    CMD ["/ok"]' in last_stage(service.replace(", health: [/well, -v]", ""))


def test_labels_name_no_time() -> None:
    found = dockerfile()
    assert 'org.opencontainers.image.description="Sells."' in found
    assert 'org.opencontainers.image.source="https://github.com/example/shop"' in found
    assert 'org.opencontainers.image.revision="${COMMIT}"' in found
    assert "image.created" not in found


def test_nothing_differs_from_build_to_build() -> None:
    found = dockerfile()
    assert 'find /image /code -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +' in found
    assert "chmod --recursive u=rwX,go=rX /image /code" in found


def test_the_base_has_the_digest_that_is_pinned() -> None:
    assert dockerfile().startswith("ARG BASE_IMAGE=docker.io/library/node:22-bookworm-slim\n")
    pinned = f'{specs.PLATFORM}pins: {{"docker.io/library/node:22-bookworm-slim": "{DIGEST}"}}\n'
    assert dockerfile(platform=pinned).startswith(f"ARG BASE_IMAGE=docker.io/library/node:22-bookworm-slim@{DIGEST}\n")
    own = WEB.replace("build: {}", "build: {base: docker.io/library/node:24-slim}")
    assert dockerfile(own, pinned).startswith("ARG BASE_IMAGE=docker.io/library/node:24-slim\n")


def test_node_installs_what_its_lock_says_and_drops_what_only_builds_need() -> None:
    plain = dockerfile()
    assert "npm ci --omit=dev --ignore-scripts" in plain
    assert "npm prune" not in plain
    built = dockerfile(WEB.replace("build: {}", "build: {run: [npm run build]}"))
    order = ["npm ci --ignore-scripts", "COPY apps/shop /app/apps/shop", "RUN npm run build", "npm prune --omit=dev"]
    assert [built.index(step) for step in order] == sorted(built.index(step) for step in order)


def test_python_installs_wheels_by_hash_and_keeps_no_installer() -> None:
    found = dockerfile("team: web\nruntime: python\nbuild: {lock: lock.txt, sources: [apps/kit]}\n")
    assert "--require-hashes --no-deps --only-binary=:all: --no-compile \\\n" in found
    assert "--target=/deps" in found
    assert "--requirement=lock.txt" in found
    assert '/site-packages"' in found
    assert "PYTHONPATH=/app/apps:/deps" in found
    assert 'ENTRYPOINT ["python3", "-m", "shop"]' in found
    assert "--invalidation-mode unchecked-hash" in found
    assert "COPY apps/kit /app/apps/kit" in found


def test_nginx_stops_when_its_requests_have_ended() -> None:
    service = WEB.replace("runtime: node", "runtime: nginx")
    lines = last_stage(service)
    assert "STOPSIGNAL SIGQUIT" in lines
    assert 'ENTRYPOINT ["nginx", "-g", "daemon off; pid /tmp/nginx.pid;"]' in lines
    assert '    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]' in lines


def test_what_is_built_again_follows_from_what_is_copied() -> None:
    found = dockerfile("team: web\nruntime: python\nbuild: {sources: [apps/kit/, tools/x.py]}\n")
    assert sources(found) == ("apps/kit", "apps/shop", "apps/shop/requirements.lock", "tools/x.py")


def test_the_context_is_what_is_copied_without_the_spec_and_secrets() -> None:
    service = "team: web\nruntime: python\nbuild: {sources: [apps/kit/], ignore: [docs]}\n"
    lines = rendered(service)["apps/shop/Dockerfile.dockerignore"].splitlines()
    assert lines[:3] == ["*", "!apps/shop", "!apps/kit"]
    for line in ("apps/shop/service.yaml", "apps/shop/promoted", "apps/shop/docs", "**/.env*", "**/tests"):
        assert lines.index(line) > 2


def test_attributes_name_exactly_what_is_rendered() -> None:
    def lines(service: str) -> list[str]:
        view = specs.platform({FILE: service, "apps/own/service.yaml": "team: web\n"})
        content = artifacts(github_actions, view)[".gitattributes"].content
        return [line.split()[0] for line in text.emit(content).splitlines() if "ockerfile" in line]

    assert lines(WEB) == ["/apps/shop/Dockerfile", "/apps/shop/Dockerfile.dockerignore"]
    assert lines("team: web\n") == []
