"""What happens to a platform over time."""
