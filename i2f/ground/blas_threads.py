"""One thread for numpy's libraries, in every process of the program.

They start as many threads as there are cores, in each process and for each product. Here the workers are the
parallelism, and so are the threads that share a search or a rendering; threads below those only wait for one another.
"""

from __future__ import annotations

import os

ONE_THREAD = {
    name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
}


def use_one_thread() -> None:
    """For this process and those it starts. The libraries read it once, when they are loaded; so before numpy is."""
    os.environ.update(ONE_THREAD)
