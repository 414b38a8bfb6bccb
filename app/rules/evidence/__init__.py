"""Finders of evidence: each answers one question about a case (newest agreement, PEG scores, sedatives in force ...).

A finder returns what was found with reference and day; what it means is the rule's business.
"""
