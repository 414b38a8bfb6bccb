"""Sextant: long-term opioid therapy, read from the chart, worked out with its working shown, written back as a Flag."""

__version__ = "0.1.0"
