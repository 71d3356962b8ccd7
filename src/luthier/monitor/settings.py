"""Settings of a pass: how much error it may make, what is too small to matter, and how many rows it looks at."""

from __future__ import annotations

from dataclasses import dataclass

from luthier.core.errors import SettingInvalid

LARGEST_ALPHA = 0.05
"No pass takes more than this, however long the window it covers."


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSettings:
    """What a pass of the monitor is allowed, and what it calls a change that matters."""

    alpha: float = LARGEST_ALPHA
    "The error budget of the whole pass: the largest chance that anything at all is called changed where nothing has. `Spending` gives it over time."
    smallest_shift: float = 0.05
    "Numbers: standard deviations of the reference. A median that moves by 0.05 sigma passes 2 % of the reference's rows."
    smallest_share: float = 0.02
    "Categories and missing cells: share of rows that changed. It is what a shift of 0.05 sigma does to a bell curve: 2 % of its area moves."
    smallest_odd_share: float = 0.005
    "Unseen categories, numbers out of range and unreadable cells: share of rows. Fewer are told in the record, without an alarm."
    smallest_auc_gain: float = 0.02
    "All columns together: how far above 0.5 the AUC of telling new rows from old ones has to be. A shift of 0.07 sigma in one column gives 0.02."
    smallest_loss_rise: float = 0.05
    "Quality: rise of the mean loss as a share of the reference's. A model that loses less than a twentieth is not worth a night's work."
    range_margin: float = 0.1
    "How far beyond the reference's range a number counts as out of range, as a share of that range."
    most_rows: int = 20_000
    "Rows of each side that are compared, evenly spread over the window where there are more."
    most_joint_rows: int = 1_000
    "Rows of each side that the test of all columns together compares."
    permutations: int = 2_000
    "Most permutations of a test without a closed form; a test that is clearly not significant stops far earlier."
    seed: int = 0
    "Makes every random step repeatable."

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 0.5:
            raise SettingInvalid(f"alpha must be above 0 and at most 0.5, but it is {self.alpha:g}. Give 0.05 for one comparison.")
        for name in ("smallest_shift", "smallest_share", "smallest_odd_share", "smallest_auc_gain", "smallest_loss_rise", "range_margin"):
            if getattr(self, name) < 0:
                raise SettingInvalid(f"{name} must not be negative, but it is {getattr(self, name):g}. Give 0 to let every sure change count.")
        for name, least in (("most_rows", 100), ("most_joint_rows", 100), ("permutations", 200)):
            if getattr(self, name) < least:
                raise SettingInvalid(f"{name} must be at least {least}, but it is {getattr(self, name)}. Tests on fewer tell nothing.")
