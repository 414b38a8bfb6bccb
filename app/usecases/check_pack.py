"""How a pack stands: whether it loads, how many values it holds, and how many of them nobody has signed off."""

from dataclasses import dataclass
from pathlib import Path

from app.rules import NOT_SIGNED_OFF, load_pack
from app.rules.pack import shipped_ids


@dataclass(frozen=True, slots=True)
class PackReport:
    """`own` values stand in the file itself, the rest come from what it extends."""

    id: str
    title: str
    chain: tuple[str, ...]
    values: int
    not_signed_off: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The report in one line."""
        from_packs = " < ".join(reversed(self.chain))
        count = len(self.not_signed_off)
        return f"{self.id} ({from_packs}): {self.values} values, {count} not signed off by a clinician."


def is_pack(id_or_file: str) -> bool:
    """Whether there is such a pack at all, good or bad."""
    return id_or_file in shipped_ids() or Path(id_or_file).is_file()


def check_pack(id_or_file: str, on: str | None = None) -> PackReport:
    """`on`: the file holds a site's own values only, to be laid over this pack.

    Raises AskAnAdministrator with a line for each refusal: file, table path, line where known, remedy.
    """
    policy = load_pack(on, Path(id_or_file)) if on else load_pack(id_or_file)
    settings = tuple(policy.settings())
    unsigned = tuple(setting.path for setting in settings if setting.checked_by == NOT_SIGNED_OFF)
    return PackReport(policy.id, policy.title, policy.chain, len(settings), unsigned)
