"""Other systems on the same images under the same clock."""
