"""The protocols of other servers, so that their clients work here unchanged: each turns requests into questions and answers into replies."""

from luthier.serve.protocols.invocation_routes import router as invocations_router
from luthier.serve.protocols.open_inference_routes import router as open_inference_router
from luthier.serve.protocols.refusals import words_for as words_for
from luthier.serve.protocols.served import Served as Served

__all__ = ["Served", "invocations_router", "open_inference_router", "words_for"]
