"""Floor 3: watching a model in use. Data quality, drift, estimated and realised quality, under one error budget."""

from luthier.monitor.adwin import Adwin as Adwin
from luthier.monitor.alerts import TRIGGER_ORDER as TRIGGER_ORDER
from luthier.monitor.alerts import Alert as Alert
from luthier.monitor.estimated_quality import EstimatedQuality as EstimatedQuality
from luthier.monitor.estimated_quality import estimated_quality as estimated_quality
from luthier.monitor.evidence import Evidence as Evidence
from luthier.monitor.examination import Examination as Examination
from luthier.monitor.examination import examine as examine
from luthier.monitor.label_coverage import LabelCoverage as LabelCoverage
from luthier.monitor.loss_detector import LossRise as LossRise
from luthier.monitor.loss_detector import detect_rise as detect_rise
from luthier.monitor.reading import read_sample as read_sample
from luthier.monitor.realised_quality import RealisedQuality as RealisedQuality
from luthier.monitor.realised_quality import realised_quality as realised_quality
from luthier.monitor.sample import Sample as Sample
from luthier.monitor.sample import Subject as Subject
from luthier.monitor.sample import Unreadable as Unreadable
from luthier.monitor.self_test import SelfTest as SelfTest
from luthier.monitor.self_test import self_test as self_test
from luthier.monitor.settings import MonitorSettings as MonitorSettings
from luthier.monitor.spending import Spending as Spending

__all__ = [
    "TRIGGER_ORDER",
    "Adwin",
    "Alert",
    "EstimatedQuality",
    "Evidence",
    "Examination",
    "LabelCoverage",
    "LossRise",
    "MonitorSettings",
    "RealisedQuality",
    "Sample",
    "SelfTest",
    "Spending",
    "Subject",
    "Unreadable",
    "detect_rise",
    "estimated_quality",
    "examine",
    "read_sample",
    "realised_quality",
    "self_test",
]
