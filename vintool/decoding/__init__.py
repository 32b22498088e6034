"""Vin -> Vehicle: check, decode, and every fact with its source."""
