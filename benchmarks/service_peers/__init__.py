"""Services that answer the same graph: Luthier, a bare handler, and what people use today."""
