"""The commands of ``rnn-lab``: one module each, with a ``main(arguments)``; `rnn_lab.cli.main` tells them apart.

Import this package before NumPy: it asks the linear-algebra library for one thread. The matrices here are small, so
more threads are slower, and one thread adds in the same order on every run.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
