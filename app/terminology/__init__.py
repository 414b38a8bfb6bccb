"""Tables of clinical codes as versioned data files, with loaders that refuse gaps, duplicates and bad codes.

Each module owns one kind of table (`opioids`, `factors`, `drug_classes`, ...). Files are read on first use and kept; every
answer is a frozen value. Nothing here reads a chart: see `app.med` and `app.rules` for what is done with an answer.
"""
