"""The search of `search=default data=sine`, written with plain Optuna and PyTorch: a rival, and no part of the lab.

python scripts/plain_search.py 30      so many trials, two at a time; prints the best val/rmse
"""

import math
import subprocess
import sys
import tempfile

import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

torch.set_num_threads(1)
EPOCHS, T, SPLIT, N = 100, 50, 100, 150
series = torch.sin(torch.arange(200, dtype=torch.float64))
X = torch.stack([series[i : i + T] for i in range(N)])[..., None]
Y = series[T : T + N, None]


def objective(trial: optuna.Trial) -> float:
    """Train one network and return its least validation error."""
    rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
    H, k = trial.suggest_int("hidden_dim", 8, 128, log=True), trial.suggest_int("bptt_truncate", 1, T)
    layer, readout = torch.nn.RNN(1, H, batch_first=True).double(), torch.nn.Linear(H, 1).double()
    optimizer = torch.optim.Adam([*layer.parameters(), *readout.parameters()], lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    best = math.inf
    for _ in range(EPOCHS):
        for batch in torch.randperm(SPLIT).split(10):
            with torch.no_grad():
                h = layer(X[batch, : T - k])[1] if k < T else torch.zeros(1, len(batch), H).double()
            loss = 0.5 * torch.nn.functional.mse_loss(readout(layer(X[batch, T - k :], h)[1][0]), Y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        with torch.no_grad():
            errors = readout(layer(X)[1][0]) - Y
        best = min(best, errors[SPLIT:].square().mean().sqrt().item())
    return best


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    trials, path = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else tempfile.mktemp(suffix=".log")
    study = optuna.create_study(
        study_name="sine", storage=JournalStorage(JournalFileBackend(path)), load_if_exists=True,
        sampler=optuna.samplers.RandomSampler(),
    )  # fmt: skip
    if len(sys.argv) > 2:
        study.optimize(objective, n_trials=trials)
    else:
        halves = [subprocess.Popen([sys.executable, __file__, str(trials // 2), path]) for _ in range(2)]
        assert not any(half.wait() for half in halves)
        print(study.best_value)
