from __future__ import annotations

import torch

from luthier.nets import CategoryEncoding


def test_two_levels_become_one_sign_and_few_levels_one_column_each():
    encoding = CategoryEncoding([3, 4])

    features = encoding(torch.tensor([[1, 1], [2, 3], [0, 2]]))

    assert features.tolist() == [[-1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]]


def test_code_zero_is_zero_in_every_feature():
    encoding = CategoryEncoding([2, 3, 6, 30])

    features = encoding(torch.zeros(4, 4, dtype=torch.long))

    assert not features.any()


def test_many_levels_become_one_vector_a_level_and_columns_do_not_share_them():
    encoding = CategoryEncoding([12, 20], embedding_size=3)

    first, second = encoding(torch.tensor([[5, 1], [5, 5]]))

    assert encoding.width == 6
    assert torch.equal(first[:3], second[:3])
    assert not torch.equal(first[3:], second[3:])
    assert not torch.equal(second[:3], second[3:])


def test_the_limit_decides_between_columns_and_vectors():
    assert CategoryEncoding([10], one_hot_limit=9).width == 9
    assert CategoryEncoding([11], one_hot_limit=9, embedding_size=8).width == 8


def test_chunks_say_how_many_features_each_input_has_in_the_order_in_which_they_come_out():
    encoding = CategoryEncoding([30, 3, 5, 1], embedding_size=7)

    assert encoding.chunks == (1, 4, 0, 7)
    assert sum(encoding.chunks) == encoding.width


def test_an_unseen_level_leaves_the_vectors_without_gradient():
    encoding = CategoryEncoding([30])

    encoding(torch.zeros(5, 1, dtype=torch.long)).sum().backward()

    assert not encoding.vectors.weight.grad.any()
