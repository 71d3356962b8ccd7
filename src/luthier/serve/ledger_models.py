"""LedgerModels: a deployment of the ledger, and the models that it keeps."""

from __future__ import annotations

from luthier.bundle.manifest import read_manifest
from luthier.ledger import Ledger
from luthier.ledger.records import Deployment
from luthier.serve.served_model import ServedModel


class LedgerModels:
    """The `Models` of one deployment.

    Args:
        ledger: where it is.
        name: of the deployment.
        most_pixels: of one image that a model is asked about.
    """

    def __init__(self, ledger: Ledger, name: str, *, most_pixels: int) -> None:
        self._ledger, self._name, self._most_pixels = ledger, name, most_pixels
        self._classes: dict[str, tuple[str, ...]] = {}

    def deployment(self) -> Deployment:
        """The deployment as it is now."""
        return self._ledger.deployments.get(self._name)

    def load(self, bundle_hash: str) -> ServedModel:
        """A model, every file of it compared with its hash."""
        model = ServedModel.load(bundle_hash, self._ledger.bundles.fetch(bundle_hash), most_pixels=self._most_pixels)
        self._classes[bundle_hash] = model.classes
        return model

    def classes(self, bundle_hash: str) -> tuple[str, ...]:
        """The classes of a model that may have answered long ago."""
        if bundle_hash not in self._classes:
            self._classes[bundle_hash] = read_manifest(self._ledger.bundles.fetch(bundle_hash)).task.classes
        return self._classes[bundle_hash]
