"""Is mine right? Each component passes the suite of its socket."""

from mine.algebraic import Algebraic
from mine.distance import Distance
from mine.latch import Latch
from mine.late_error import LateError
from mine.leaky import Leaky
from mine.linear import Linear
from mine.lion import Lion
from mine.median import Median
from mine.perturbation import Perturbation
from mine.pseudo_huber import PseudoHuber
from mine.ricker import Ricker
from mine.sparse import Sparse
from rnn_lab.testing.activations import ActivationContract
from rnn_lab.testing.baselines import BaselineContract
from rnn_lab.testing.cells import CellContract
from rnn_lab.testing.initializers import InitializerContract
from rnn_lab.testing.losses import LossContract
from rnn_lab.testing.observers import ObserverContract
from rnn_lab.testing.optimizers import OptimizerContract
from rnn_lab.testing.rules import RuleContract
from rnn_lab.testing.schedules import ScheduleContract
from rnn_lab.testing.scores import ScoreContract
from rnn_lab.testing.sequences import GeneratorContract
from rnn_lab.testing.tasks import TaskContract


class TestLeaky(CellContract):
    def make(self):
        return Leaky(hidden_dim=4, leak=0.3)


class TestAlgebraic(ActivationContract):
    def make(self):
        return Algebraic()


class TestSparse(InitializerContract):
    def make(self):
        return Sparse(share=0.5)


class TestPseudoHuber(LossContract):
    def make(self):
        return PseudoHuber(delta=0.5)


class TestPerturbation(RuleContract):
    def make(self):
        return Perturbation()


class TestLion(OptimizerContract):
    def make(self):
        return Lion()


class TestLinear(ScheduleContract):
    def make(self):
        return Linear()


class TestRicker(GeneratorContract):
    def make(self):
        return Ricker(length=60)


class TestLatch(TaskContract):
    def make(self):
        return Latch(length=9)


class TestLateError(ScoreContract):
    def make(self):
        return LateError()


class TestMedian(BaselineContract):
    def make(self):
        return Median()


class TestDistance(ObserverContract):
    def make(self):
        return Distance()
