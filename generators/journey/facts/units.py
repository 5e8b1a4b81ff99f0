"""Amounts of time and compute as numbers, as facts and targets use them (`journey.spec.units`)."""

from __future__ import annotations

from journey.spec.units import amount, quantity, seconds, whole_seconds

__all__ = ["amount", "quantity", "seconds", "whole_seconds"]
