"""Floor 5: the pages. Server-rendered, without the network; they only read the ledger."""

from luthier.web.app import create_pages as create_pages
from luthier.web.page import render_examination as render_examination
from luthier.web.routes import routes as routes
from luthier.web.run import serve_pages as serve_pages

__all__ = ["create_pages", "render_examination", "routes", "serve_pages"]
