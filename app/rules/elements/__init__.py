"""The rules, one a file. Each header says in plain words what the rule asks, of whom, and what follows."""
