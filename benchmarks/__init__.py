"""Measurements against other libraries; none of them is needed by Luthier itself."""
