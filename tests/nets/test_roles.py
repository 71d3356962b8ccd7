from __future__ import annotations

from torch import nn

from luthier.nets import Role, roles


class OwnRoles(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def roles(self) -> dict[str, Role]:
        return {"layer.weight": Role(learning_rate_factor=3.0), "layer.bias": Role()}


def test_by_rule_vectors_do_not_decay_and_all_linear_layers_but_the_last_are_matrices():
    net = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 4), nn.Linear(4, 2))

    known = roles(net)

    assert [name for name, role in known.items() if role.is_matrix] == ["0.weight", "2.weight"]
    assert [name for name, role in known.items() if role.decays] == ["0.weight", "2.weight", "3.weight"]


def test_a_net_may_say_itself_what_its_parameters_are():
    assert roles(OwnRoles())["layer.weight"] == Role(learning_rate_factor=3.0)
