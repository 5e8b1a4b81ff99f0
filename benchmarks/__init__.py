"""What the project costs in time and memory, beside Helm and beside a floor; see README.md."""
