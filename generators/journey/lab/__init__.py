"""A Kubernetes on this machine, from programs that `tools/` pins: for proofs, and for people who want to look.

- `programs`: where the built programs stand;
- `authority`: a certificate authority of the lab's own, and what it signs;
- `processes`: programs that run, with their logs, and that are gone when the lab is;
- `control_plane`: etcd, the API server, the controller manager and the scheduler;
- `nodes`: nodes that KWOK plays, for pods that are scheduled and become ready without running.

A clone of this repository is needed: an installed package has no `tools/`.
"""
