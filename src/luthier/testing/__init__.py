"""Public fakes: what a test puts in the place of something slow."""

from luthier.testing.executors import FakeExecutor as FakeExecutor

__all__ = ["FakeExecutor"]
