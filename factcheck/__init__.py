"""The project. Importing the Celery application here binds ``shared_task`` to it."""

import os

# Read by numpy's OpenBLAS when it is loaded, which is after this. The detector's matrices are
# small: more threads would wait for each other, spinning, on cores that other workers need.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from factcheck.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["__version__", "celery_app"]
