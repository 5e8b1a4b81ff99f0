"""What a commit's rendered tree follows from, as a statement that others can check: in-toto, SLSA provenance, DSSE."""
