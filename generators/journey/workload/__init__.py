"""A service's Kubernetes objects with its patches applied, and its deployment id: for every target that needs them."""
