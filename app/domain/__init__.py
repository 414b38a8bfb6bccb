"""Frozen record types that every layer speaks: what a chart says, what Sextant concludes, and what it may write.

Nothing here does input or output, and nothing here imports another folder of ours.
"""
