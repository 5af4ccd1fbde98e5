"""The global generator, borrowed and guarded."""

import threading

import pytest
import torch

from sklearn_rnn.nn._seeding import without_draws


@pytest.mark.changes_global_state
def test_draws_of_another_thread_are_no_draws_of_a_part():
    with without_draws("the part"):
        thread = threading.Thread(target=torch.rand, args=(3,))
        thread.start()
        thread.join()
        torch.rand(2, generator=torch.Generator())
    with pytest.raises(ValueError, match="the part draws random numbers"):
        with without_draws("the part"):
            torch.nn.functional.dropout(torch.ones(3))
