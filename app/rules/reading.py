"""Which feeds must be read before "none" is believed, and the answer that rules on starts share when nobody can say."""

from app.domain.feeds import Feed, FeedStatus
from app.domain.finding import Finding, Status
from app.rules.case import Case
from app.rules.evidence.starts import Start, may_hide_a_start
from app.rules.rule import Rule, answer, unread

THERE_OR_NOT_OFFERED = frozenset({FeedStatus.AVAILABLE, FeedStatus.NOT_OFFERED})


def not_read(case: Case, needs: tuple[Feed, ...] = (), any_of: tuple[Feed, ...] = ()) -> tuple[Feed, ...]:
    """The feeds that keep "none" from being believed: of `needs` each must be complete; of `any_of` none may have failed,
    and at least one must be there."""
    states = {feed: case.feed(feed).status for feed in any_of}
    broken = tuple(feed for feed, status in states.items() if status not in THERE_OR_NOT_OFFERED)
    is_nowhere = bool(states) and FeedStatus.AVAILABLE not in states.values()
    unread_any = broken or (tuple(states) if is_nowhere else ())
    return tuple(dict.fromkeys((*case.record.feeds.incomplete(needs), *unread_any)))


def missing(case: Case, *feeds: Feed) -> tuple[str, ...]:
    """Inputs that were not available, by name."""
    return tuple(feed.value for feed in case.record.feeds.incomplete(feeds))


def no_start(case: Case, rule: Rule, what: str) -> Finding:
    """Nothing was started, or nobody can say. `what` begins the sentence: "an opioid", "a long-acting opioid"."""
    so = f"Whether {what} was started is not known"
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, rule, (Feed.MEDICATIONS,), so)
    if may_hide_a_start(case):
        return answer(
            case,
            rule,
            Status.GREY,
            f"{so}: an opioid entry has no date.",
            next_step="Look at the opioid entry in the chart",
            missing=("date of an opioid entry",),
            fold="supply",
        )
    reason = f"No{what[what.index(' ') :]} was started in the last {case.policy.start.current.value} days."
    return answer(case, rule, Status.NOT_APPLICABLE, reason, used=(case.policy.start.current,))


def unsure_start(case: Case, rule: Rule, start: Start) -> Finding:
    """Grey: earlier opioids may not have been seen, so that this may be no start at all."""
    so = f"Whether the opioid of {start.day} was the first is not known"
    if not case.feed(Feed.MEDICATIONS).is_complete:
        return unread(case, rule, (Feed.MEDICATIONS,), so, evidence=start.evidence)
    return answer(
        case,
        rule,
        Status.GREY,
        f"{so}: an earlier opioid is listed without a length of supply.",
        evidence=start.evidence,
        next_step="Look at the earlier opioid entry in the chart",
        missing=("length of an opioid supply",),
        fold="supply",
    )
