"""Commands: the only code that prints or exits."""
