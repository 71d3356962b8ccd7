"""Floor 3: a deployment answers over HTTP. Loads without torch, fit or tune."""

from luthier.serve.answers import AnsweredRow as AnsweredRow
from luthier.serve.answers import Answers as Answers
from luthier.serve.app import create_app as create_app
from luthier.serve.label_facts import LabelFact as LabelFact
from luthier.serve.question import Question as Question
from luthier.serve.run import serve as serve
from luthier.serve.run import serving as serving
from luthier.serve.service import Service as Service
from luthier.serve.settings import ServeSettings as ServeSettings

__all__ = ["AnsweredRow", "Answers", "LabelFact", "Question", "ServeSettings", "Service", "create_app", "serve", "serving"]
