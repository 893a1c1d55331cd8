"""The scores at which a copy is replaced, asked about or left alone.

Strangers stay far below ASK_SCORE and true originals above it; between lie questions. From SURE_SCORE on a copy is
replaced by itself, where the next exposure is less likely by SURE_MARGIN. Measured by bench/matching.py, whose
reliability table says what a score means; what follows from it is plan.py's.
"""

from __future__ import annotations

HARDLY = 0.05
"""Below this score an original does not explain the copy at all."""
ASK_SCORE = 0.10
SURE_SCORE = 0.90
SURE_MARGIN = 0.30
FAINT_TRACE = 6.0
"""Peak of the trace that enlarging leaves (matching/resampling.py) from which it counts where something else speaks of
an enlargement, too: hardly any detail, or another file of the shot without it. (Of bare originals 3 in 100 have it.)"""
