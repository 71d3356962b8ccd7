"""Studies: what the search knows, in the words of Optuna. Nothing of Optuna lives longer than one question.

A setting that does not exist at a place counts there as its expected value, so that every trial of a family has the same settings.
A range that may also be exactly 0 becomes two settings of Optuna: whether it is, and the value where it is not.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from luthier.core.recipe import Setting
from luthier.core.seeds import derive_seed
from luthier.tune.domains import Domain, OneOf, Real, Whole

ZERO = " is zero"
"Ends the name of the setting that says whether a range is left for 0."


@contextmanager
def quiet_optuna() -> Iterator[Any]:
    """Optuna, without its notes and its warnings about experimental parts; imported here, because that takes half a second."""
    optuna = importlib.import_module("optuna")
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            for category in (UserWarning, optuna.exceptions.ExperimentalWarning):
                warnings.simplefilter("ignore", category)
            yield optuna
    finally:
        optuna.logging.set_verbosity(before)


def study_seed(seed: int, *names: str | int) -> int:
    """A seed as Optuna's samplers take it: 32 bits."""
    return derive_seed(seed, *names) % 2**32


def distributions(optuna: Any, domains: Mapping[str, Domain]) -> dict[str, Any]:
    """The domains as Optuna's distributions, by the names that `encoded` uses."""
    found: dict[str, Any] = {}
    for path, domain in domains.items():
        if isinstance(domain, Real):
            found[path] = optuna.distributions.FloatDistribution(domain.low, domain.high, log=domain.log)
            if domain.or_zero:
                found[path + ZERO] = optuna.distributions.CategoricalDistribution((False, True))
        elif isinstance(domain, Whole):
            found[path] = optuna.distributions.IntDistribution(domain.low, domain.top, log=domain.log, step=1 if domain.log else domain.step)
        else:
            found[path] = optuna.distributions.CategoricalDistribution(tuple(range(len(domain.values))))
    return found


def encoded(domains: Mapping[str, Domain], values: Mapping[str, Setting]) -> dict[str, Any]:
    """Values of all these paths as Optuna's parameters; a choice is the number of its value."""
    found: dict[str, Any] = {}
    for path, domain in domains.items():
        value = values[path]
        if isinstance(domain, OneOf):
            found[path] = domain.values.index(value)
        elif isinstance(domain, Real) and domain.or_zero:
            is_zero = not domain.low <= value <= domain.high or value == 0  # type: ignore[operator]
            found[path], found[path + ZERO] = domain.at((1 + domain.or_zero) / 2) if is_zero else value, is_zero
        else:
            found[path] = value
    return found


def decoded(domains: Mapping[str, Domain], parameters: Mapping[str, Any]) -> dict[str, Setting]:
    """The values that `encoded` gave, or that a sampler made."""
    found: dict[str, Setting] = {}
    for path, domain in domains.items():
        if isinstance(domain, OneOf):
            found[path] = domain.values[parameters[path]]
        else:
            found[path] = 0.0 if parameters.get(path + ZERO) else domain.clip(parameters[path])
    return found
