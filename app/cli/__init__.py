"""The verbs of the `sextant` command. They are given wired use cases and print; they work nothing out themselves."""
