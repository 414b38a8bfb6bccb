"""Measurements, each a command that prints its own figures. They are not tests: machines differ, ratios hold."""
