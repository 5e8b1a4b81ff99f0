"""Taking over what runs: the smallest spec that renders given manifests again, and the proof that it does."""
