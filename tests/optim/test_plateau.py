from __future__ import annotations

import torch

from luthier.optim import Plateau, ReduceOnPlateau

ERRORS = torch.tensor([1.0, 0.9, 0.95, 0.93, 0.89, 0.8899, 0.8898, 0.9, 0.91, 0.92, 0.95, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6], dtype=torch.float64)


def _by_torch(errors, *, drop, patience, threshold, smallest):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=drop, patience=patience, threshold=threshold, min_lr=smallest)
    factors = []
    for error in errors.tolist():
        schedule.step(error)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


def test_every_member_gets_the_factors_that_torch_gives_it():
    settings = [{"drop": 0.1, "patience": 2, "threshold": 1e-3, "smallest": 0.05}, {"drop": 0.5, "patience": 1, "threshold": 0.02, "smallest": 0.0}]
    errors = torch.stack([ERRORS, ERRORS.flip(0)])
    columns = {name: torch.tensor([float(one[name]) for one in settings], dtype=torch.float64) for name in settings[0]}
    plateau = Plateau.start(ReduceOnPlateau(**columns), members=2)

    factors = torch.stack([plateau.observe_(errors[:, step]) for step in range(errors.shape[1])], dim=1)

    for member, one in enumerate(settings):
        torch.testing.assert_close(factors[member].tolist(), _by_torch(errors[member], **one))


def test_an_error_that_is_no_number_is_no_improvement():
    plateau = Plateau.start(ReduceOnPlateau(patience=1, drop=0.5), members=1)

    factors = [float(plateau.observe_(torch.tensor([error]))) for error in (1.0, torch.nan, torch.nan, 0.5)]

    assert factors == [1.0, 1.0, 0.5, 0.5]


def test_selected_members_go_on_as_before():
    errors = torch.stack([ERRORS, ERRORS.flip(0), ERRORS * 2], dim=1)
    settings = ReduceOnPlateau(patience=torch.tensor([0.0, 1.0, 2.0]), drop=0.5)
    whole, keep = Plateau.start(settings, members=3), torch.tensor([2, 0])
    for step in range(8):
        whole.observe_(errors[step])

    part = whole.select(keep)

    for step in range(8, len(errors)):
        assert torch.equal(part.observe_(errors[step][keep]), whole.observe_(errors[step])[keep])
