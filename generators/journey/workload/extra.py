"""A service's `extra` manifests: objects as they were written."""

from __future__ import annotations

from journey.workload.place import Place, Rendered

_CLUSTER_SCOPED = frozenset(
    """
    APIService CSIDriver CSINode CertificateSigningRequest ComponentStatus CustomResourceDefinition DeviceClass
    FlowSchema GatewayClass IPAddress IngressClass MutatingAdmissionPolicy MutatingAdmissionPolicyBinding
    MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice
    RuntimeClass ServiceCIDR StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
    ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass
    """.split()
)


def is_cluster_scoped(kind: str) -> bool:
    """Whether objects of a kind stand in no namespace; vendors begin the names of such kinds with `Cluster`."""
    return kind in _CLUSTER_SCOPED or (kind.startswith("Cluster") and kind != "Cluster")


def extra(place: Place) -> list[Rendered]:
    """The manifests, in the service's namespace where they name none; labels and all else stay."""
    found = []
    for number, item in enumerate(place.spec.extra):
        kind = str(item.get("kind", ""))
        metadata = item.get("metadata")
        if not isinstance(metadata, dict) or not kind:
            continue
        content = item
        if "namespace" not in metadata and not is_cluster_scoped(kind):
            ordered = {"name": metadata["name"], "namespace": place.namespace} if "name" in metadata else {}
            content = {**item, "metadata": {**ordered, **metadata, "namespace": place.namespace}}
        name = str(metadata.get("name", number))
        found.append(Rendered(kind, name, content, place.origin("extra", number)))
    return found
