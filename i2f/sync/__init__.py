"""The story of a run: copies, originals, candidates, plan, replacement and verification."""
