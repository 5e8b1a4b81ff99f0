"""What follows from the spec, derived once and read by every target. Each fact is a query."""
