"""What Sextant first sees of a person's work in the chart: our Flag stands by the ledger, and was ended or taken out by hand.

The facts of that moment are remembered. The Flag may have been written on others, which changed while it stood, and the person
knew these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.domain.finding import Review, Status
from app.domain.flag import ChartFlag, LastWritten
from app.flags.plan import ours_of, standing_of
from app.flags.transitions import BY_HAND
from app.flags.wanted import Fingerprint


def seen_by_hand(
    review: Review, existing: tuple[ChartFlag, ...], written: Iterable[LastWritten], fingerprint: Fingerprint
) -> tuple[tuple[LastWritten, LastWritten], ...]:
    """Lines of the ledger before and after, where something is to be remembered or forgotten: a Flag that stands again is as
    if nobody had ended it. `existing` are all Flags of the person.

    What cannot be told today, or has no finding, is no fact to hold on to: the next sight counts as the first.
    """
    ours, _ = ours_of(existing, review.patient)
    lines = [(line, replace(line, seen_ended_with=_ended_with(line, ours, review, fingerprint))) for line in written]
    return tuple((before, after) for before, after in lines if before != after)


def _ended_with(line: LastWritten, ours: Mapping[str, ChartFlag], review: Review, fingerprint: Fingerprint) -> str:
    if standing_of(None, ours.get(line.identifier), line) not in BY_HAND:
        return ""
    finding = review.finding(line.rule)
    if line.seen_ended_with or finding is None or finding.status is Status.GREY:
        return line.seen_ended_with
    return fingerprint(finding)
