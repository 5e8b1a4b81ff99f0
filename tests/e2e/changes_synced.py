"""Proofs of what a change does on the first environment's cluster, by the spec, by hand, and when it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from journey import names
from journey.lab.argocd import SPACE
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from tests.e2e import spec_changes
from tests.e2e.delivered import ARGO, Delivered, state, wait
from tests.e2e.first_sync import PROOF, nudged
from tests.e2e.table import Row, Table

SERVICE = "config"
"""The service that is changed."""
HELD = 20.0
"""Seconds in which what must not be synced would have been."""


class Changes:
    """The proofs of one environment on one cluster; each leaves both as it found them."""

    def __init__(self, cluster: Delivered, environment: str) -> None:
        self.cluster = cluster
        self.fork = cluster.source.fork
        self.environment = environment
        view = cluster.source.view
        self.application = names.application(SERVICE, environment, cluster.name)
        self.namespace = names.namespace(SERVICE, environment, shared_cluster=False)
        self.others = [name for name in resolve.environments(view) if name != environment]

    def committed(self, row: Row) -> None:
        """A base edit is synced here, told by the webhook, and only what it touched is compared again."""
        before = {name: item["status"]["reconciledAt"] for name, item in self.cluster.applications().items()}
        commit = spec_changes.build(self.fork, SERVICE, "2.0.0")
        revision, changed = spec_changes.publish(self.fork, f"Release {SERVICE} 2.0.0", self.cluster)
        reached = {path.split("/")[1] for path in changed if path.startswith("environments/")}
        row.expect(reached == {self.environment}, f"a base edit reached {', '.join(sorted(reached))}")
        wait(row, f"{self.application} did not reach the commit", lambda: self.at(revision))
        wait(row, "no pod runs the new image", lambda: any(commit in image for image in self.images()))
        after = {name: item["status"]["reconciledAt"] for name, item in self.cluster.applications().items()}
        looked = {name for name, when in after.items() if when != before.get(name)} - {self.application}
        row.expect(after != before, "nothing was compared again")
        row.subject += f", {len(looked)} others compared"

    def at(self, revision: str) -> bool:
        """Whether the service's Application is well at a commit."""
        found = state(self.cluster.application(self.application))
        return found.well and found.revision == revision

    def images(self) -> list[str]:
        """The images that the service's pods run."""
        return [
            container["image"]
            for pod in self.cluster.server.items("v1", "Pod", self.namespace)
            if pod["status"].get("phase") == "Running"
            for container in pod["spec"]["containers"]
        ]

    def healed(self, row: Row) -> None:
        """An edit by hand of what git says is put back where the spec says `selfHeal`."""
        first = self.deployment()["spec"]["revisionHistoryLimit"]
        self.hand({"spec": {"revisionHistoryLimit": first + 7}})
        row.expect(self.deployment()["spec"]["revisionHistoryLimit"] == first + 7, "the edit by hand was refused")
        wait(row, "was not healed", lambda: self.deployment()["spec"]["revisionHistoryLimit"] == first)
        self.cluster.delete("v1", "Service", self.namespace, SERVICE)
        wait(row, "a deleted Service did not come back", lambda: self.service() is not None)

    def left(self, row: Row) -> None:
        """Where the spec says no, an edit by hand stays, and Argo CD shows it."""
        path = ("environments", self.environment, "selfHeal")
        spec_changes.edit(self.fork, ROOT_FILE, path, False)
        spec_changes.publish(self.fork, "Heal nothing", self.cluster)
        application = self.application
        wait(row, "the Application still heals", lambda: not self.heals())
        first = self.deployment()["spec"]["revisionHistoryLimit"]
        self.hand({"spec": {"revisionHistoryLimit": first + 7}})
        wait(row, "is not shown", lambda: state(self.cluster.application(application)).sync == "OutOfSync")
        row.expect(self.stays(lambda: self.deployment()["spec"]["revisionHistoryLimit"] == first + 7), "was put back")
        self.undo("Heal again")
        wait(row, "was not healed once it may be", lambda: self.deployment()["spec"]["revisionHistoryLimit"] == first)
        wait(row, "is still shown", lambda: state(self.cluster.application(application)).well)

    def heals(self) -> bool:
        """Whether the Application in the cluster heals."""
        policy = self.cluster.application(self.application)["spec"]["syncPolicy"]
        return bool(policy.get("automated", {}).get("selfHeal"))

    def broken(self, row: Row) -> None:
        """A spec in which something is wrong is rendered by nothing, and a commit of it alone reaches no cluster."""
        head = self.fork.git.run("rev-parse", "HEAD")
        spec_changes.edit(self.fork, spec_changes.service_file(SERVICE), ("team",), "nobody")
        code, said = self.fork.journey("render")
        row.expect(code == 1 and "nobody" in said, f"render took it, exit code {code}:\n{said}")
        changed = self.fork.git.run("status", "--porcelain").split()
        row.expect(changed[1::2] == [spec_changes.service_file(SERVICE)], f"render wrote {changed}")
        revision = self.fork.commit("Break the spec")
        code, said = self.fork.journey("check")
        row.expect(code == 1, f"check took it, exit code {code}")
        before = self.deployment()["metadata"]["generation"]
        spec_changes.announce(self.fork, head, revision, self.cluster)
        self.cluster.refresh()
        wait(row, "the commit was not looked at", lambda: state(self.cluster.application("root")).revision == revision)
        row.expect(
            self.stays(lambda: self.deployment()["metadata"]["generation"] == before), "it changed the Deployment"
        )
        wait(row, "something is not well", lambda: not nudged(self.cluster))
        self.undo("Mend the spec")

    def windowed(self, row: Row) -> None:
        """While a window denies syncs, a commit waits, and is shown; after it, it is synced."""
        path = ("environments", self.environment, "syncWindows")
        window = {"kind": "deny", "schedule": "* * * * *", "duration": "1h"}
        spec_changes.edit(self.fork, ROOT_FILE, path, [window])
        spec_changes.publish(self.fork, "Freeze", self.cluster)
        project = self.cluster.application(self.application)["spec"]["project"]
        wait(row, "the project has no window", lambda: self.windows(project) == 1)
        digest = spec_changes.build(self.fork, SERVICE, "2.1.0")
        spec_changes.publish(self.fork, f"Release {SERVICE} 2.1.0", self.cluster)
        wait(row, "is not shown", lambda: state(self.cluster.application(self.application)).sync == "OutOfSync")
        row.expect(self.stays(lambda: digest not in self.deployed()), "the window did not hold")
        spec_changes.drop(self.fork, ROOT_FILE, path)
        spec_changes.publish(self.fork, "Thaw", self.cluster)
        wait(row, "the project still has a window", lambda: self.windows(project) == 0)
        self.cluster.refresh(self.application)
        wait(row, "was not synced after the window", lambda: digest in self.deployed())

    def windows(self, project: str) -> int:
        """How many windows a project has in the cluster."""
        return len(self.cluster.get(ARGO, "AppProject", SPACE, project)["spec"].get("syncWindows") or ())

    def deleted(self, row: Row) -> None:
        """A service that leaves the spec leaves the cluster, but for its volume and the namespace that holds it."""
        probe = spec_changes.PROBE
        namespace = names.namespace(probe, self.environment, shared_cluster=False)
        application = names.application(probe, self.environment, self.cluster.name)
        claims = self.claims(namespace)
        row.expect(bool(claims), "the service has no volume")
        spec_changes.delete_service(self.fork, probe)
        spec_changes.publish(self.fork, f"Retire {probe}", self.cluster)
        wait(row, "its Application is still there", lambda: self.cluster.application(application) is None)
        wait(row, "its objects were not pruned", lambda: not any(self.remains(probe)))
        row.expect(self.claims(namespace) == claims, "its data is gone")
        row.expect(self.cluster.get("v1", "Namespace", "", namespace) is not None, "the namespace of its data is gone")
        wait(row, "something is not well", lambda: not nudged(self.cluster))

    def remains(self, name: str) -> Iterator[str]:
        """What there still is of a service that was deleted."""
        space = names.namespace(name, self.environment, shared_cluster=False)
        for version, kind in (("apps/v1", "StatefulSet"), ("v1", "Service"), ("v1", "ServiceAccount")):
            if self.cluster.get(version, kind, space, name) is not None:
                yield kind

    def claims(self, namespace: str) -> dict[str, str]:
        """The volume claims of a namespace, and the volumes that they are bound to."""
        found = self.cluster.server.items("v1", "PersistentVolumeClaim", namespace)
        return {
            item["metadata"]["name"]: item["spec"].get("volumeName", "")
            for item in found
            if "deletionTimestamp" not in item["metadata"]
        }

    def orphaned(self, row: Row) -> None:
        """Deleting an Application by hand never takes data with it, and the root brings the Application back."""
        view = self.cluster.source.view
        stores = resolve.datastores(view, self.environment)
        services = [self.application]
        for name in (*(names.application(store, self.environment, self.cluster.name) for store in stores), *services):
            self.removed_by_hand(row, name)
        before = self.data()
        self.cluster.delete(ARGO, "Application", SPACE, "root")
        wait(row, "the root is still there", lambda: self.cluster.application("root") is None)
        row.expect(self.data() == before and bool(self.cluster.applications()), "deleting the root took something")
        self.cluster.argo.bootstrap(self.fork.folder / "clusters" / self.cluster.name / "bootstrap.sh")
        wait(row, "the root is not back", lambda: "root" in self.cluster.applications())

    def removed_by_hand(self, row: Row, name: str) -> None:
        """Delete one Application; the root brings it back."""
        uid, before = self.cluster.application(name)["metadata"]["uid"], self.data()
        self.cluster.delete(ARGO, "Application", SPACE, name)
        wait(row, f"{name} did not come back", lambda: self.renewed(name, uid))
        row.expect(self.data() == before, f"deleting {name} took data with it")

    def data(self) -> dict[str, dict[str, str]]:
        """All claims, by namespace."""
        spaces = {item["metadata"]["namespace"] for item in self.cluster.server.items("v1", "PersistentVolumeClaim")}
        return {space: self.claims(space) for space in spaces}

    def renewed(self, name: str, uid: str) -> bool:
        """Whether an Application is another one than it was, and well."""
        found = self.cluster.application(name)
        if found is None:
            self.cluster.refresh("root")
            return False
        return bool(found["metadata"]["uid"] != uid) and state(found).well

    def hand(self, change: object) -> None:
        """Edit the service's Deployment by hand."""
        self.cluster.patch("apps/v1", "Deployment", self.namespace, SERVICE, change)

    def deployment(self) -> Any:
        """The service's Deployment."""
        return self.cluster.get("apps/v1", "Deployment", self.namespace, SERVICE)

    def deployed(self) -> str:
        """The image that the Deployment asks for."""
        return str(self.deployment()["spec"]["template"]["spec"]["containers"][0]["image"])

    def service(self) -> Any:
        """The service's Service."""
        return self.cluster.get("v1", "Service", self.namespace, SERVICE)

    def undo(self, message: str) -> None:
        """Take the last commit back by one more, and have it synced."""
        head = self.fork.git.run("rev-parse", "HEAD")
        self.fork.git.run("revert", "--no-edit", "--no-commit", "HEAD")
        spec_changes.announce(self.fork, head, self.fork.commit(message), self.cluster)

    def stays(self, true: Any) -> bool:
        """Whether something stays true for as long as Argo CD would need to change it."""
        return not wait(Row("", ""), "", lambda: not true(), HELD)


def prove(table: Table, cluster: Delivered, environment: str) -> None:
    """All of it."""
    changes = Changes(cluster, environment)
    for subject, proof in (
        ("a commit is synced, in one environment alone", changes.committed),
        ("an edit by hand is healed", changes.healed),
        ("an edit by hand is left and shown", changes.left),
        ("a broken spec never reaches it", changes.broken),
        ("a sync window holds", changes.windowed),
        ("a deleted service is pruned, its data kept", changes.deleted),
        ("deleting an Application takes no data", changes.orphaned),
    ):
        with table.row(PROOF, f"{cluster.name}: {subject}") as row:
            proof(row)
