"""PostgreSQL with one instance: a StatefulSet of the official image, and a Job that makes databases and their roles."""

from __future__ import annotations

from journey import names
from journey.facts.postgresql import memory_parameters
from journey.workload.config import content_hash
from journey.workload.datastores import common, sets
from journey.workload.datastores.place import PRIORITY, StorePlace
from journey.workload.datastores.sets import Server
from journey.workload.place import Object
from journey.workload.pod import container_security, from_secret, pod_labels, pod_security
from journey.workload.runs import HOOK

OFFICIAL = "docker.io/library/postgres"
USERS = {"alpine": 70}
USER = 999
"""The user `postgres` of the official image, on Debian and on Alpine (github.com/docker-library/postgres)."""

NEW_LAYOUT = 18
"""The major version from which the official image keeps its data one folder higher."""

DATABASES = "databases"

SCRIPT = """\
until pg_isready --quiet; do sleep 1; done
for database in "$@"; do
  prefix=$(printf %s "$database" | tr a-z- A-Z_)
  eval "ROLE=\\$ROLE_${prefix}_USERNAME PASSWORD=\\$ROLE_${prefix}_PASSWORD"
  DATABASE=$database
  export ROLE PASSWORD DATABASE
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 <<'SQL'
\\set role `printenv ROLE`
\\set password `printenv PASSWORD`
\\set database `printenv DATABASE`
SELECT format('CREATE ROLE %I LOGIN', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'role', :'password') \\gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \\gexec
SQL
done
"""
"""Makes what is not there and sets the passwords again: run twice, the second run changes nothing."""


def objects(place: StorePlace) -> list[Object]:
    """The objects, in the order in which they stand on each other."""
    found = [
        common.namespace(place),
        *common.bounds(place),
        common.service_account(place),
        *common.logins(place),
        *common.policies(place, common.consumers(place), []),
        common.service(place, place.selector),
        common.governing(place),
        sets.stateful_set(place, server(place)),
        sets.disruption_budget(place),
    ]
    if place.store.databases:
        found.append(_databases(place))
    return found


def _user(image: str) -> int:
    return next((user for word, user in USERS.items() if word in image), USER)


def server(place: StorePlace) -> Server:
    """What its container is."""
    image = place.image(OFFICIAL)
    new = int(place.store.version.partition(".")[0]) >= NEW_LAYOUT
    mount = "/var/lib/postgresql" if new else "/var/lib/postgresql/data"
    folder = f"{mount}/{place.store.version.partition('.')[0]}/docker" if new else f"{mount}/pgdata"
    parameters = {"shared_preload_libraries": "pg_stat_statements", **memory_parameters(place.resources)}
    return Server(
        image,
        _user(image),
        [word for name, value in parameters.items() for word in ("-c", f"{name}={value}")],
        [
            from_secret("POSTGRES_USER", place.name, "username"),
            from_secret("POSTGRES_PASSWORD", place.name, "password"),
            {"name": "POSTGRES_DB", "value": place.name},
            {"name": "PGDATA", "value": folder},
        ],
        # the server that fills an empty volume listens on its socket alone
        ["pg_isready", "--host=127.0.0.1", "--quiet"],
        mount,
        ("/tmp", "/var/run/postgresql"),
    )


def _databases(place: StorePlace) -> Object:
    """The Job, in a wave after the server's; Flux, which has no hooks, gets a new one for other content."""
    template = {"metadata": {"labels": _job_labels(place)}, "spec": _job_pod(place)}
    name = names.join(place.name, DATABASES)
    if place.here.gitops == "argocd":
        metadata = place.meta(name, {**HOOK, "argocd.argoproj.io/sync-wave": "1"})
    else:
        metadata = place.meta(names.join(name, content_hash(template)))
    spec = {"activeDeadlineSeconds": 600, "backoffLimit": 3, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _job_labels(place: StorePlace) -> dict[str, str]:
    instance = names.join(place.name, place.environment, DATABASES)
    return {**pod_labels(place.labels), names.INSTANCE: instance, names.COMPONENT: DATABASES}


def _job_pod(place: StorePlace) -> Object:
    image = place.image(OFFICIAL)
    user = _user(image)
    env: list[Object] = [
        {"name": "PGHOST", "value": place.name},
        {"name": "PGDATABASE", "value": place.name},
        from_secret("PGUSER", place.name, "username"),
        from_secret("PGPASSWORD", place.name, "password"),
    ]
    for database in place.store.databases:
        prefix = database.upper().replace("-", "_")
        secret = common.login_name(place, database)
        env.extend(from_secret(f"ROLE_{prefix}_{key.upper()}", secret, key) for key in ("username", "password"))
    return {
        "restartPolicy": "Never",
        "serviceAccountName": place.name,
        "automountServiceAccountToken": False,
        "priorityClassName": PRIORITY,
        "securityContext": pod_security(user, user),
        "containers": [
            {
                "name": DATABASES,
                "image": image,
                "command": ["sh", "-ec", SCRIPT, DATABASES, *place.store.databases],
                "env": env,
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
                "securityContext": container_security(read_only_root=True),
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
