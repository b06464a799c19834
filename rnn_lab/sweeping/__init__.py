"""A Hydra sweeper on Optuna: trials are pruned, never wait for each other, and survive ``kill -9``.

Any Hydra application gets it with one line before ``@hydra.main``::

    import rnn_lab.sweeping; rnn_lab.sweeping.register()

and ``python app.py -m hydra/sweeper=rnn_lab 'x=interval(-1,1)'`` on the command line. Its task calls
:func:`report` once an epoch, so that a hopeless trial ends early; outside a sweep that call does nothing.
Importing this package is cheap: Hydra and Optuna are loaded when they are needed.
"""

from rnn_lab.sweeping.trial import CARRIED_BY, Pruned, Reporter, advise, report, tags

__all__ = ["CARRIED_BY", "Pruned", "Reporter", "advise", "register", "report", "tags"]


def register() -> None:
    """Make ``hydra/sweeper=rnn_lab`` known to Hydra in this process; calling it again does nothing.

    The official Optuna sweeper, where it is installed, has samplers of the same names in the same groups. Hydra
    loads it first here, so that the names mean ours.
    """
    from hydra.core.plugins import Plugins

    Plugins.instance()
    from rnn_lab.sweeping.plugin import register as register_plugin

    register_plugin()
