"""A Hydra sweeper on Optuna: trials are pruned, never wait for each other, and survive ``kill -9``.

Any Hydra application gets it with one line before ``@hydra.main``::

    import rnn_lab.sweeping; rnn_lab.sweeping.register()

and ``python app.py -m hydra/sweeper=rnn_lab 'x=interval(-1,1)'`` on the command line. Its task calls
:func:`report` once an epoch, so that a hopeless trial ends early; outside a sweep that call does nothing.
Importing this package is cheap: Hydra and Optuna are loaded when they are needed.
"""

import sys
from typing import TYPE_CHECKING

from rnn_lab.sweeping.trial import CARRIED_BY, Pruned, Reporter, advise, report, tags

if TYPE_CHECKING:
    from rnn_lab.sweeping.app import App

__all__ = ["CARRIED_BY", "Pruned", "Reporter", "advise", "register", "report", "tags"]


def register(app: "App | None" = None) -> None:
    """Make ``hydra/sweeper=rnn_lab`` known to Hydra in this process; calling it again does nothing.

    Args:
        app: what the sweeper should know of the application (`rnn_lab.sweeping.app`); without it, nothing.

    The official Optuna sweeper, where it is installed, has samplers of the same names in the same groups. Hydra
    loads it first here, so that the names mean ours.
    """
    if not __debug__ and any("(" in argument for argument in sys.argv[1:]):
        sys.stderr.write("Error: Hydra cannot read interval(...) and the like under PYTHONOPTIMIZE; run without it.\n")
        raise SystemExit(2)
    from hydra.core.plugins import Plugins

    if app is not None:
        from rnn_lab.sweeping.app import use

        use(app)
    Plugins.instance()
    from rnn_lab.sweeping.plugin import register as register_plugin

    register_plugin()
