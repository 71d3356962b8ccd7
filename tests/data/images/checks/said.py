"""What one check of images says."""

from __future__ import annotations

from luthier.core.findings import Finding
from luthier.data.images import IMAGE_CHECKS, ImageSet


def findings(check: str, images: ImageSet) -> list[Finding]:
    """What one check finds."""
    return list(IMAGE_CHECKS[check](images))


def found(check: str, images: ImageSet) -> list[tuple[str, str]]:
    """Severity and evidence of what one check finds."""
    return [(finding.severity.value, finding.evidence) for finding in findings(check, images)]
