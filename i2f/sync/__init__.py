"""One run, step by step: copies, originals, candidates, plan, replacement and verification."""
