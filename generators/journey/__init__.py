"""Request Journey: one declarative spec, rendered into everything a platform runs on."""

__version__ = "0.1.0"
