"""Numbers as people write them: as many decimals as the interval deserves, a true minus, units with a space."""

from __future__ import annotations

import math
from collections.abc import Iterable


def number(value: float | None, decimals: int | None = None) -> str:
    """A number with thousands separators; about four significant digits where `decimals` is not given.

    Example:
        >>> number(48211.36), number(0.13158), number(None)
        ('48,211', '0.1316', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if decimals is None:
        decimals = decimals_for_size(value)
        if value and round(abs(value), decimals) == 0:
            return f"{value:.1e}".replace("-", "−")
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def decimals_for_size(value: float) -> int:
    """Decimals that show about four significant digits."""
    if value == 0 or not math.isfinite(value) or (float(value).is_integer() and abs(value) < 1e6):
        return 0
    return min(max(3 - math.floor(math.log10(abs(value))), 0), 8)


def decimals_for_interval(lower: float | None, upper: float | None) -> int | None:
    """Decimals at which the width of an interval shows two digits: more would be noise.

    Example:
        >>> decimals_for_interval(0.115, 0.150), decimals_for_interval(47100.0, 49300.0)
        (3, 0)
    """
    if lower is None or upper is None or not 0 < upper - lower < math.inf:
        return None
    return min(max(1 - math.floor(math.log10(upper - lower)), 0), 8)


def common_decimals(values: Iterable[float]) -> int:
    """One number of decimals for a column or an axis, by its largest step between neighbors."""
    ordered = sorted({value for value in values if math.isfinite(value)})
    if len(ordered) < 2:
        return decimals_for_size(ordered[0]) if ordered else 0
    step = min(after - before for before, after in zip(ordered, ordered[1:], strict=False))
    return min(max(-math.floor(math.log10(step) + 1e-9), 0), 8)


def percent(share: float | None, decimals: int = 1) -> str:
    """A share of 0 to 1 as a percentage.

    Example:
        >>> percent(0.9621), percent(1.0), percent(0.0002)
        ('96.2 %', '100 %', '< 0.1 %')
    """
    if share is None or not math.isfinite(share):
        return "–"
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    smallest = 10.0**-decimals
    if 0 < 100 * share < smallest / 2:
        return f"< {smallest:.{decimals}f} %"
    return f"{100 * share:.{decimals}f} %".replace("-", "−")


def setting_text(value: bool | float | str | None) -> str:
    """The value of a setting with three digits.

    Example:
        >>> setting_text(0.00812345), setting_text(2e-5), setting_text(256), setting_text(True), setting_text("muon")
        ('0.00812', '2e−5', '256', 'yes', 'muon')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0 or 1e-3 <= abs(value) < 1e6 or (value == int(value) and abs(value) < 1e9):
        rounded = value if value == int(value) else float(f"{value:.3g}")
        return f"{rounded:,.10g}".replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}".replace("-", "−")


def counted(count: int, noun: str) -> str:
    """A noun with its number.

    Example:
        >>> counted(1, "fold"), counted(1200, "trial")
        ('1 fold', '1,200 trials')
    """
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them.

    Example:
        >>> duration(0.42), duration(8.24), duration(112), duration(4000)
        ('0.42 s', '8.2 s', '1 min 52 s', '1 h 7 min')
    """
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 10:
        return "< 0.1 s" if 0 < seconds < 0.1 else f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60, "s")
    minutes = round(seconds / 60)
    return _two(minutes // 60, "h", minutes % 60, "min")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def p_value(value: float | None) -> str:
    """A p-value, never smaller than it can be known.

    Example:
        >>> p_value(0.0002), p_value(0.034)
        ('p < 0.001', 'p = 0.034')
    """
    if value is None:
        return ""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def listing(names: Iterable[str]) -> str:
    """Names in a sentence.

    Example:
        >>> listing(["a", "b", "c"])
        'a, b and c'
    """
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last
