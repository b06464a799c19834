"""Every loss of the lab's own passes the suite that is shipped for those of others."""

import pytest

from rnn_lab.network.losses import LOSSES
from rnn_lab.testing.losses import LossContract


class TestEveryLoss(LossContract):
    @pytest.fixture(autouse=True, params=LOSSES)
    def _one(self, request):
        self.loss = LOSSES[request.param]

    def make(self):
        return self.loss
