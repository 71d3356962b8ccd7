"""Following: the models of a deployment, exchanged while it answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

from luthier.ledger.records import Deployment
from luthier.serve.served_model import ServedModel

_RETRY_SECONDS = 30.0
"Pause after a model could not be loaded, as long as the deployment stays as it is."


class Models(Protocol):
    """Where a deployment and its models come from. Threads may share it."""

    def deployment(self) -> Deployment:
        """The deployment as it is now."""

    def load(self, bundle_hash: str) -> ServedModel:
        """A model, every file of it compared with its hash; `BundleError` where it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InService:
    """What answers at one moment."""

    version: int
    "Of the deployment, when its champion was loaded."
    champion: ServedModel
    challenger: ServedModel | None = None
    "Answers in the shadow."


class Following:
    """Looks every second whether the deployment has changed, and loads what is new beside what answers.

    A model that cannot be loaded is never put in service: the former one goes on, and `trouble` says so.

    Args:
        models: where they come from.
        seconds: between two looks.
    """

    def __init__(self, models: Models, *, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._models, self._seconds, self._now = models, seconds, now
        self._in_service: InService | None = None
        self._seen: Deployment | None = None
        self._look_again = 0.0
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="luthier-follower", daemon=True)
        self._away: str | None = None
        self._unloaded: str | None = None
        self.refused_models = 0

    @property
    def trouble(self) -> str | None:
        """Why what answers may not be what should; None where it is."""
        return self._away or self._unloaded

    @property
    def in_service(self) -> InService:
        """What answers now."""
        assert self._in_service is not None, "begin() was called"
        return self._in_service

    def begin(self) -> None:
        """Load the champion, which must be whole, and the challenger if it can be.

        Raises:
            LedgerError, BundleError: there is nothing to begin with.
        """
        deployment = self._models.deployment()
        self._in_service = InService(version=deployment.version, champion=self._models.load(deployment.champion))
        self._take(deployment)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Take up what has changed."""
        try:
            deployment = self._models.deployment()
        except Exception as error:  # noqa: BLE001 # whatever it is, what answers goes on, and is looked after
            self._away = f"The deployment cannot be looked up, so the service goes on as it is: {error}"
            return
        self._away = None
        if deployment != self._seen or (self._unloaded is not None and self._now() >= self._look_again):
            self._take(deployment)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            self.look()

    def _take(self, deployment: Deployment) -> None:
        before, trouble = self.in_service, None
        try:
            champion, version = self._loaded(deployment.champion), deployment.version
        except Exception as error:  # noqa: BLE001 # a model of another program may fail in any way
            champion, version = before.champion, before.version
            trouble = self._refused("champion", deployment.champion, error, "The one before goes on")
        challenger = None
        try:
            challenger = self._loaded(deployment.challenger) if deployment.challenger is not None else None
        except Exception as error:  # noqa: BLE001 # as the champion
            trouble = trouble or self._refused("challenger", str(deployment.challenger), error, "None is in the shadow")
        self._in_service = InService(version=version, champion=champion, challenger=challenger)
        self._seen, self._unloaded = deployment, trouble
        self._look_again = self._now() + _RETRY_SECONDS

    def _loaded(self, wanted: str) -> ServedModel:
        """The model, loaded only where it is not loaded already."""
        here = self.in_service
        loaded = [model for model in (here.champion, here.challenger) if model is not None and model.hash == wanted]
        return loaded[0] if loaded else self._models.load(wanted)

    def _refused(self, role: str, wanted: str, error: Exception, instead: str) -> str:
        self.refused_models += 1
        return f"The {role} {wanted[:12]} cannot be used: {error} {instead}."
