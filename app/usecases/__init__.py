"""One verb a file: the order of effects, the transactions and the audit of everything Sextant does for a person."""
