"""Back-propagation compiled by numba, for ``trainer.backend=numba``: the same equations, several times as fast.

Nothing here imports numba before it is asked for. Read `layers` first, then `elman`, `gru`, `lstm`; `gradient` is what
Python calls, `compilation` how it is compiled and cached, `rule` what stands in for `rnn_lab.rules.BPTT`.
"""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from rnn_lab.errors import BadInput
from rnn_lab.kernels.cells import CELLS
from rnn_lab.network import Network
from rnn_lab.network.losses import CrossEntropy, HalfMeanSquaredError
from rnn_lab.rules import BPTT, Readout, Rule

RULES: dict[type[Rule], bool] = {BPTT: False, Readout: True}
"""Rules that have kernels, and whether their gradient is the readout's alone."""
LOSSES = (HalfMeanSquaredError, CrossEntropy)
NUMPY = "take trainer.backend=numpy"


def compiled_rule(rule: Rule, network: Network) -> Rule:
    """Return the compiled form of a rule for a network.

    Raises:
        BadInput: numba is not installed, or there are no kernels for the rule, its cell, its loss or what it records.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.rules import RTRL
        >>> compiled_rule(RTRL(), Network(Elman(), inputs=1, outputs=1, window=10))
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: trainer.backend=numba has kernels for the rules BPTT, Readout, and none for RTRL: ...
    """
    for what, known, given in (
        ("rules", RULES, rule),
        ("cells", CELLS, network.model),
        ("losses", LOSSES, network.loss),
    ):
        _refuse_unknown(what, known, given)
    if isinstance(rule, BPTT) and rule.record_signals:
        raise BadInput(f"trainer.backend=numba records no signals: set rule.record_signals=false, or {NUMPY}.")
    if find_spec("numba") is None:
        raise BadInput(
            f"trainer.backend=numba needs numba, which is not installed: pip install 'rnn-lab[fast]', or {NUMPY}."
        )
    from rnn_lab.kernels.rule import CompiledBPTT

    import_module(CELLS[type(network.model)]).describe(network.model)  # it may refuse its arguments
    return CompiledBPTT(readout_alone=RULES[type(rule)])


def _refuse_unknown(what: str, known: Iterable[type], given: object) -> None:
    """Refuse what derives from one of them too: its equations may be others."""
    if type(given) not in known:
        names = ", ".join(kind.__name__ for kind in known)
        raise BadInput(
            f"trainer.backend=numba has kernels for the {what} {names}, and none for {type(given).__name__}: {NUMPY}."
        )
