"""Checks of images, one file each; `gate` runs them. A new check is one file, one line in `gate` and one test file."""

from luthier.data.images.checks.gate import IMAGE_CHECKS as IMAGE_CHECKS
from luthier.data.images.checks.gate import ImageCheck as ImageCheck
from luthier.data.images.checks.gate import run_image_checks as run_image_checks

__all__ = ["IMAGE_CHECKS", "ImageCheck", "run_image_checks"]
