"""The matcher's parts: retrieval, registration, displacement, tones and residuals. Arrays in, scores out."""
