"""The type checker that runs under pytest; an int may stand where a float is asked for, as type checkers say."""

from __future__ import annotations

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
