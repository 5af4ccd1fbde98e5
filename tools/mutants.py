"""Break the code on purpose, one place at a time; each breakage must turn a test red.

    python tools/mutants.py            # all
    python tools/mutants.py padding    # those with "padding" in their name
    python tools/mutants.py --list

Each breakage is made in a copy of the project, one for each worker, which is restored
afterwards; the working tree is never touched. The tests named are first run on the code
as it is and must pass, or a red test would prove nothing. A breakage is killed where a
test fails; tests that do not end, or cannot be run, kill nothing. In every run of the
tests `tests/test_mutants.py` sees that the table is up to date.
"""

import argparse
import ast
import compileall
import multiprocessing
import os
import py_compile
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SECONDS_PER_RUN = 300
SECONDS_WHEN_GREEN = 1800

# Each trial runs in a fork of one process that has imported these, where there is fork.
IMPORTED = [
    "hypothesis.strategies",
    "matplotlib.pyplot",
    "numpy",
    "pandas",
    "pytest",
    "scipy.stats",
    "sklearn.utils.estimator_checks",
    "skorch",
    "torch",
]
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SCIPY_ARRAY_API": "1",
}

# pytest's exit statuses: only "a test failed" is a proof, not "no test was found".
PASSED, FAILED = 0, 1
KILLED = "killed"


class Mutant(NamedTuple):
    """A breakage: in `file` of the package, `old` becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = [
    Mutant(
        "a network without dropout has no compiled form",
        "nn/compiled/_dropout.py",
        'if getattr(self.dropout, "p", 0) == 0:',
        "if self.dropout.p == 0:",
        ("tests/nn/test_compiled.py::test_a_network_may_be_without_dropout",),
    ),
    Mutant(
        "what stands in the place of forward is not called",
        "nn/compiled/_network.py",
        '    "_backward_pre_hooks",\n    "forward",\n',
        '    "_backward_pre_hooks",\n',
        (
            "tests/nn/test_compiled_encoder.py::test_other_networks_say_why_they_have_none",
        ),
    ),
    Mutant(
        "hooks of all modules are not called",
        "nn/compiled/_network.py",
        "any(map(vars(module).get, HOOKS)) or any(of_all)",
        "any(map(vars(module).get, HOOKS))",
        (
            "tests/nn/test_compiled.py::test_what_torch_would_call_or_compute_otherwise_is_a_reason",
        ),
    ),
    Mutant(
        "predictions are compiled past a part in training mode",
        "nn/compiled/_encoder.py",
        "if part.training:",
        "if False:",
        (
            "tests/nn/test_compiled_encoder.py::test_other_networks_say_why_they_have_none",
        ),
    ),
    Mutant(
        "weights of any order of memory are read as if in one",
        "nn/compiled/_arrays.py",
        "return None if tensor.is_contiguous()",
        "return None if True",
        (
            "tests/nn/test_compiled_encoder.py::test_other_networks_say_why_they_have_none",
        ),
    ),
    Mutant(
        "compiled reading goes beyond its weights",
        "nn/compiled/_reading.py",
        "if not (widths and",
        "if not (True and",
        (
            "tests/nn/test_compiled_encoder.py::test_weights_of_another_width_are_refused",
        ),
    ),
    Mutant(
        "one output is computed in float64, but without groups",
        "nn/kernels/_exact.py",
        "layer(_fill_with_zeros(raise_precision(x), ROWS))[: x.shape[0]]",
        "layer(raise_precision(x))",
        (
            "tests/nn/kernels/test_exact.py::test_a_row_whose_terms_cancel_to_one_output_gets_the_same_bits_in_any_batch",
        ),
    ),
    Mutant(
        "an optimiser may keep less than a number for each weight",
        "_training/_state.py",
        "if kept[name] is not None and np.shape(kept[name]) != shapes[name]:",
        "if False:",
        (
            "tests/persistence/test_hostile.py::test_what_an_optimiser_keeps_is_as_large_as_its_weight",
        ),
    ),
    Mutant(
        "a compiled update asks only for the sizes of weights",
        "nn/compiled/_adam.py",
        "if not np.array_equal(sizes, expected):",
        "if False:",
        (
            "tests/nn/test_compiled.py::test_means_of_other_sizes_than_their_weights_are_not_written_to",
        ),
    ),
    Mutant(
        "a compiled update asks for sizes once",
        "nn/compiled/_adam.py",
        "known = _places_of(tensors) + [tensor.numel() for tensor in tensors]",
        "known = _places_of(tensors)",
        (
            "tests/nn/test_compiled.py::test_means_of_other_sizes_than_their_weights_are_not_written_to",
        ),
    ),
    Mutant(
        "a step of ones own is passed by below a schedule",
        "_training/_lean_step.py",
        "_file_of(step) == _lr_scheduler.__file__ and any(\n"
        "        cell.cell_contents is own for cell in step.__closure__ or ()\n    )",
        "_file_of(step) == _lr_scheduler.__file__",
        ("tests/_training/test_lean_step.py::test_a_step_of_ones_own_is_taken",),
    ),
    Mutant(
        "a step of ones own by the name of torchs is passed by",
        "_training/_lean_step.py",
        "_file_of(step) == _lr_scheduler.__file__ and any(",
        "any(",
        ("tests/_training/test_lean_step.py::test_a_step_of_ones_own_is_taken",),
    ),
    Mutant(
        "a schedule makes updates slower",
        "_training/_lean_step.py",
        "step is not None and not _is_of_schedule(step, own)",
        "step is not None",
        ("tests/_training/test_lean_step.py::test_a_schedule_makes_no_update_slower",),
    ),
    Mutant(
        "a step of ones own by the name of torchs in the class is passed by",
        "_training/_lean_step.py",
        " and {*files} <= {of_adam, _optimizer.__file__}",
        "",
        (
            "tests/_training/test_lean_step.py"
            "::test_a_step_of_ones_own_in_the_class_is_taken",
        ),
    ),
    Mutant(
        "what an optimizer of ones own keeps is refused",
        "_training/_state.py",
        "if type(net.optimizer_) in FUSED",
        "if isinstance(net.optimizer_, tuple(FUSED))",
        (
            "tests/_training/test_state.py"
            "::test_an_optimizer_of_ones_own_keeps_what_it_likes",
        ),
    ),
    Mutant(
        "another tensor may lie where compiled Adam writes",
        "nn/compiled/_adam.py",
        "self.held, self.known, self.sizes = tensors, known",
        "self.held, self.known, self.sizes = [], known",
        ("tests/nn/test_compiled.py::test_what_adam_last_wrote_to_is_kept_alive",),
    ),
    Mutant(
        "a compiled training begins with weights of any shape",
        "nn/compiled/_network.py",
        "not all(map(has_own_shapes, weighted))",
        "False",
        ("tests/nn/test_compiled.py::test_weights_of_other_shapes_are_left_to_torch",),
    ),
    Mutant(
        "a compiled training goes on with weights of any shape",
        "nn/compiled/_arrays.py",
        "if parameter.shape != self.shape:",
        "if False:",
        ("tests/nn/test_compiled.py::test_a_weight_keeps_its_shape_during_a_training",),
    ),
    Mutant(
        "weights of another cell are read as those of that cell",
        "nn/compiled/_encoder.py",
        "if not has_own_shapes(cell):",
        "if False:",
        (
            "tests/nn/test_compiled_encoder.py"
            "::test_a_cell_with_weights_of_another_cell_has_no_compiled_form",
        ),
    ),
    Mutant(
        "the number of a thread that has ended is kept",
        "_training/_threads.py",
        "            _WORKERS.remove(ended)",
        "            pass",
        (
            "tests/_training/test_threads.py"
            "::test_a_fork_waits_for_workers_that_only_the_system_still_has",
        ),
    ),
    Mutant(
        "a forked process keeps the threads of its parent in mind",
        "_training/_threads.py",
        "    _WORKERS.clear()\n",
        "",
        (
            "tests/_training/test_threads.py"
            "::test_a_fork_waits_for_workers_that_only_the_system_still_has",
        ),
    ),
    Mutant(
        "a step of ones own in the class is passed by",
        "_training/_lean_step.py",
        "yield not _is_of_torch(own)",
        "yield False",
        (
            "tests/_training/test_lean_step.py"
            "::test_a_step_of_ones_own_in_the_class_is_taken",
        ),
    ),
    Mutant(
        "an init that was reloaded keeps its old parameters",
        "estimators/_base.py",
        "if known is None or known is not code:",
        "if known is None:",
        (
            "tests/estimators/test_conventions.py::test_parameters_are_those_of_an_init_that_a_notebook_reloads",
        ),
    ),
    Mutant(
        "the names of parameters are given out to be changed",
        "estimators/_base.py",
        "return list(names)\n",
        "return names\n",
        (
            "tests/estimators/test_conventions.py::test_parameters_are_those_of_an_init_that_a_notebook_reloads",
        ),
    ),
    Mutant(
        "quantiles of a regressor may cross",
        "nn/heads/_quantiles.py",
        "return rising(each, training=self.training).reshape(outputs.shape)",
        "return outputs",
        (
            "tests/estimators/test_quantiles.py"
            "::test_they_never_cross_and_the_median_is_what_is_predicted",
        ),
    ),
    Mutant(
        "quantiles of a row depend on its place in the batch",
        "nn/_rising.py",
        "free = outputs if training else raise_precision(outputs)",
        "free = outputs",
        (
            "tests/estimators/test_invariance.py"
            "::test_quantiles_have_the_bits_of_one_by_one",
            "tests/nn/heads/test_horizon.py"
            "::test_a_row_has_the_same_bits_alone_and_in_a_batch",
        ),
    ),
    Mutant(
        "callbacks score the outputs of several heads side by side",
        "_training/_net.py",
        "return self._as_predicted(step)",
        "return step",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_the_accuracy_of_skorch_is_that_of_the_history",
        ),
    ),
    Mutant(
        "callbacks score the lowest quantile of a forecaster",
        "estimators/targets/_horizon.py",
        "return outputs[:, k : k + 1]",
        "return outputs",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_a_forecaster_is_scored_by_skorch",
        ),
    ),
    Mutant(
        "quantiles of several targets are mixed up",
        "nn/_losses.py",
        "outputs.unflatten(1, (-1, len(levels)))",
        "outputs.unflatten(1, (len(levels), -1)).mT",
        (
            "tests/nn/test_losses.py"
            "::test_quantiles_of_several_targets_stand_side_by_side",
        ),
    ),
    Mutant(
        "the lowest quantile is predicted and explained",
        "estimators/targets/_numbers.py",
        "return outputs * n_levels + n_levels // 2",
        "return outputs * n_levels",
        (
            "tests/estimators/test_quantiles.py"
            "::test_they_never_cross_and_the_median_is_what_is_predicted",
        ),
    ),
    Mutant(
        "quantiles start anywhere",
        "nn/heads/_quantiles.py",
        "self.affine.bias.copy_(before_rising(quantiles).flatten())",
        "self.affine.bias.copy_(quantiles.flatten())",
        (
            "tests/estimators/test_quantiles.py"
            "::test_training_starts_at_the_quantiles_of_the_targets",
        ),
    ),
    Mutant(
        "the compiled reset gate stands before both biases",
        "nn/compiled/_gru.py",
        "n[k] + b_ih[2 * size + k] + g[k] * m[k]",
        "n[k] + bias[2 * size + k] + g[k] * m[k]",
        ("tests/estimators/test_compiled.py", "tests/nn/test_compiled.py"),
    ),
    Mutant(
        "each of the compiled steps that are largest has the whole gradient",
        "nn/compiled/_poolings.py",
        "grad / self.largest.sum(axis=0, dtype=np.float32)",
        "grad",
        (
            "tests/nn/test_compiled.py"
            "::test_steps_that_are_equally_large_share_the_gradient",
        ),
    ),
    Mutant(
        "frozen weights have a compiled gradient",
        "nn/compiled/_arrays.py",
        "if not parameter.requires_grad:",
        "if False:",
        (
            "tests/nn/test_compiled.py::test_gradients_are_added_to_those_there_are"
            "_and_frozen_weights_have_none",
        ),
    ),
    Mutant(
        "the gradients of both biases are clipped twice",
        "nn/compiled/_products.py",
        "to_b_hh = to_b_ih.copy()",
        "to_b_hh = to_b_ih",
        ("tests/nn/test_compiled.py::test_no_two_gradients_are_the_same_memory",),
    ),
    Mutant(
        "what a compiled update cannot read does not move",
        "_training/_compiled.py",
        "super().move(moved, group)",
        "pass",
        ("tests/estimators/test_compiled.py::test_what_callbacks_change_is_heeded",),
    ),
    Mutant(
        "only the first output has a loss",
        "nn/_losses.py",
        "return losses.mean(dim=1)  # (n_samples,)",
        "return losses[:, 0]",
        (
            "tests/nn/test_losses.py::test_the_mean_loss_agrees_with_torch_and"
            "_scikit_learn",
        ),
    ),
    Mutant(
        "a compiled update clips nothing",
        "nn/compiled/_adam.py",
        "if not norm <= highest_norm:",
        "if False:",
        ("tests/estimators/test_compiled.py",),
    ),
    Mutant(
        "a compiled update counts no updates",
        "nn/compiled/_adam.py",
        "    count[0] += 1\n    step = np.float64(count[0])\n",
        "    step = np.float64(count[0] + 1)\n",
        ("tests/estimators/test_compiled.py",),
    ),
    Mutant(
        "autograd computes what is said to be compiled",
        "_training/_compiled.py",
        'return CompiledStep(net), "compiled"',
        'return LeanStep(net), "compiled"',
        ("tests/estimators/test_compiled.py",),
    ),
    Mutant(
        "the plain path predicts what is said to be compiled",
        "_training/_compiled.py",
        'return forms.CompiledEncoder(net.module_.encoder), "compiled"',
        'return None, "compiled"',
        (
            "tests/estimators/test_compiled_predictions.py"
            "::test_predictions_are_the_plain_ones_but_for_rounding",
        ),
    ),
    Mutant(
        "a compiled step takes the plain path",
        "_training/_streams.py",
        "go_on(batch.to(net.device), before, encoder)",
        "go_on(batch.to(net.device), before)",
        (
            "tests/estimators/test_compiled_predictions.py"
            "::test_steps_are_read_by_the_same_loops",
        ),
    ),
    Mutant(
        "compiled sums of a row have another order alone",
        "nn/compiled/_reading.py",
        "sums[k] = sums[k] + a0 * w0[k] + a1 * w1[k] + a2 * w2[k] + a3 * w3[k]",
        "sums[k] += a0 * w0[k] + a1 * w1[k] + a2 * w2[k] + a3 * w3[k]",
        (
            "tests/nn/test_compiled_encoder.py"
            "::test_a_row_has_the_same_bits_alone_and_in_any_batch",
        ),
    ),
    Mutant(
        "compiled rows go on behind their ends",
        "nn/compiled/_reading.py",
        "                if t < end:\n                    advance",
        "                if True:\n                    advance",
        (
            "tests/nn/test_compiled_encoder.py"
            "::test_outputs_and_states_are_those_of_the_encoder",
        ),
    ),
    Mutant(
        "compiled predictions call no hooks",
        "nn/compiled/_encoder.py",
        "if has_hooks(part):",
        "if False:",
        (
            "tests/nn/test_compiled_encoder.py"
            "::test_hooks_are_called_and_so_not_compiled",
        ),
    ),
    Mutant(
        "compiled predictions are for networks of any size",
        "nn/compiled/_encoder.py",
        "if cell.hidden_size > LARGEST[type(cell)]:",
        "if False:",
        (
            "tests/nn/test_compiled_encoder.py"
            "::test_other_networks_say_why_they_have_none",
        ),
    ),
    Mutant(
        "BLAS keeps its threads in a compiled fit",
        "_training/_threads.py",
        "_blas().limit(limits=1)",
        "_blas().limit(limits=2)",
        ("tests/estimators/test_compiled.py",),
    ),
    Mutant(
        "the first of two compiled fits to end gives BLAS its threads back",
        "_training/_threads.py",
        "                if not _ON_ONE_THREAD:\n",
        "                if _ON_ONE_THREAD:\n",
        ("tests/estimators/test_compiled.py",),
    ),
    Mutant(
        "a lean update sees no change of Adam",
        "_training/_lean_step.py",
        "if name not in OFF or group[name] != OFF[name]:",
        "if False:",
        (
            "tests/estimators/test_compiled.py::test_what_callbacks_change_is_heeded",
            "tests/_training/test_lean_step.py",
        ),
    ),
    Mutant(
        "an update of Adam calls no hooks of the optimiser",
        "_training/_lean_step.py",
        "if any(_hooks_of(optimizer)):",
        "if False:",
        ("tests/_training/test_lean_step.py",),
    ),
    Mutant(
        "callbacks that look at gradients are left out",
        "_training/_lean_step.py",
        "kinds == [GradientNorm]",
        "GradientNorm in kinds",
        ("tests/_training/test_lean_step.py",),
    ),
    Mutant(
        "skorch and torch make each update",
        "_training/_lean_step.py",
        "return self.only_norm and _is_plain_adam(optimizer)",
        "return False",
        ("tests/_training/test_lean_step.py",),
    ),
    Mutant(
        "a lean update clips nothing",
        "_training/_lean_step.py",
        "        clipping.on_grad_computed(None)\n",
        "        clipping.norms_.append(1.0)\n",
        ("tests/_training/test_lean_step.py",),
    ),
    Mutant(
        "a net is copied with the step of its training",
        "_training/_net.py",
        'state.pop("lean_step", None)',
        "pass",
        ("tests/estimators/test_compiled.py::test_callbacks_may_copy_the_net",),
    ),
    Mutant(
        "a network stays as it was when the compiled training began",
        "_training/_net.py",
        "        if training and self.lean_step is not None:\n"
        "            made = make_step",
        "        if False:\n            made = make_step",
        ("tests/estimators/test_compiled.py::test_what_callbacks_change_is_heeded",),
    ),
    Mutant(
        "a fork does not wait for threads that are about to end",
        "_training/_threads.py",
        "before=_await_ended, ",
        "",
        (
            "tests/_training/test_threads.py"
            "::test_a_fork_waits_for_workers_that_only_the_system_still_has",
        ),
    ),
    Mutant(
        "a fork waits for threads that go on",
        "_training/_threads.py",
        "set(_WORKERS) - for_python",
        "set(_WORKERS)",
        (
            "tests/_training/test_threads.py"
            "::test_a_fork_waits_for_workers_that_only_the_system_still_has",
        ),
    ),
    Mutant(
        "a fork does not know the workers of a prediction",
        "_training/_threads.py",
        "    _WORKERS.append(threading.get_native_id())\n",
        "",
        (
            "tests/_training/test_threads.py"
            "::test_each_worker_of_a_call_is_known_to_a_later_fork",
        ),
    ),
    Mutant(
        "a fork keeps BLAS at one thread",
        "_training/_threads.py",
        "        _ON_ONE_THREAD[0].restore_original_limits()\n",
        "",
        (
            "tests/_training/test_threads.py"
            "::test_a_fork_in_a_compiled_fit_has_the_threads_of_blas_and_may_go_on",
        ),
    ),
    Mutant(
        "many steps cost compiled gradients of biases digits",
        "nn/compiled/_products.py",
        "BLOCK = 64\n",
        "BLOCK = 10**9\n",
        (
            "tests/nn/test_compiled.py"
            "::test_many_steps_cost_the_gradients_of_biases_no_digits",
        ),
    ),
    Mutant(
        "that numba is missing is not said",
        "_training/_compiled.py",
        "if not has_numba():",
        "if False:",
        (
            "tests/estimators/test_compiled.py"
            "::test_without_numba_fit_says_how_to_install_it",
        ),
    ),
    Mutant(
        "convolutions read what is behind the end",
        "nn/_convolutions.py",
        "x = without_padding(mapped.unflatten(0, windows.shape[:2]), lengths)",
        "x = mapped.unflatten(0, windows.shape[:2])",
        ("tests/nn/test_convolutions.py::test_each_sequence_is_convolved_as_by_torch",),
    ),
    Mutant(
        "convolutions blow up what is almost constant",
        "nn/_convolutions.py",
        "SMALLEST_VARIANCE = 0.1",
        "SMALLEST_VARIANCE = 1e-3",
        ("tests/nn/test_convolutions.py::test_small_inputs_are_not_blown_up",),
    ),
    Mutant(
        "each head hands out the static columns anew",
        "nn/heads/_sum.py",
        "vector[:, : vector.shape[1] - self.n_static] for",
        "vector for",
        (
            "tests/estimators/test_kernels.py"
            "::test_numbers_texts_and_static_columns_are_read",
        ),
    ),
    Mutant(
        "a default patch length refuses an encoder of patches",
        "estimators/_pretrained.py",
        'return {"patch_length": "auto"} if is_default else {}',
        "return {}",
        (
            "tests/estimators/test_patches.py"
            "::test_a_pretrained_encoder_brings_its_patches",
        ),
    ),
    Mutant(
        "a patch is longer than a sequence beside",
        "estimators/_input.py",
        "if lengths and asked > max(lengths):",
        "if lengths and asked > min(lengths):",
        (
            "tests/estimators/test_patches.py::test_a_short_sequence_beside_is_one_patch",
        ),
    ),
    Mutant(
        "the last window of a stride is lost",
        "nn/_convolutions.py",
        "lengths = -(-lengths // stride)",
        "lengths = lengths // stride",
        ("tests/nn/test_convolutions.py::test_each_sequence_is_convolved_as_by_torch",),
    ),
    Mutant(
        "convolutions are read once for all prefixes",
        "nn/heads/_sum.py",
        "next(filter(None, reasons), super().why_no_step())",
        "None",
        ("tests/estimators/test_kernels.py::test_what_looks_ahead_is_refused",),
    ),
    Mutant(
        "few rows get few updates",
        "estimators/_plan.py",
        "max(LEAST_EPOCHS, math.ceil(LEAST_UPDATES / updates_per_epoch))",
        "LEAST_EPOCHS",
        ("tests/estimators/test_plan.py::test_few_rows_get_at_least_500_updates",),
    ),
    Mutant(
        "texts are learnt in the batches of few numbers",
        "estimators/_classifier.py",
        'if of_tokens or self.input == "tokens":',
        "if False:",
        (
            "tests/estimators/test_plan.py"
            "::test_tokens_parts_and_numbers_to_predict_are_learnt_as_before",
        ),
    ),
    Mutant(
        "a patch is filled up with the steps behind it",
        "nn/_patches.py",
        "(0, 0, 0, 0, 0, -len(steps) % patch_length))",
        "(0, 0, 0, 0, -len(steps) % patch_length, 0))",
        (
            "tests/nn/test_patches.py::test_steps_stand_side_by_side_and_zeros_behind_the_end",
        ),
    ),
    Mutant(
        "a patch that is not full counts as read",
        "nn/_network.py",
        "if patch.values.shape[1] < self.embedder.patch_length:",
        "if False:",
        ("tests/estimators/test_patches.py::test_real_steps_are_read_one_by_one",),
    ),
    Mutant(
        "inside a patch nothing is predicted anew",
        "nn/_network.py",
        "if self.embedder.patch_length > 1:",
        "if False:",
        (
            "tests/estimators/test_patches.py"
            "::test_each_real_step_has_the_prediction_of_its_prefix",
        ),
    ),
    Mutant(
        "the weight of a patch counts for each of its steps",
        "nn/_patches.py",
        "repeat_patches(weights / n_real, patch_length, n_timesteps)",
        "repeat_patches(weights, patch_length, n_timesteps)",
        (
            "tests/estimators/test_patches.py"
            "::test_weights_states_and_contributions_belong_to_real_steps",
        ),
    ),
    Mutant(
        "the longest row says how long a patch is",
        "estimators/_input.py",
        "np.median(lengths) / STEPS_LEFT",
        "np.max(lengths) / STEPS_LEFT",
        (
            "tests/estimators/test_patches.py"
            "::test_the_length_follows_the_median_of_the_training_rows",
        ),
    ),
    Mutant(
        "a pretrained encoder is read in patches of another length",
        "estimators/_pretrained.py",
        'if asked != "auto":',
        "if False:",
        (
            "tests/estimators/test_patches.py::test_a_pretrained_encoder_brings_its_patches",
        ),
    ),
    Mutant(
        "a refit trains as long as net_params say",
        "_training/_make_net.py",
        'net_params = {**net_params, "max_epochs": n_epochs}',
        'net_params = {"max_epochs": n_epochs, **net_params}',
        ("tests/estimators/test_refit.py::test_the_schedule_ends_with_the_last_epoch",),
    ),
    Mutant(
        "a refit chooses its batches anew",
        "estimators/_base.py",
        'planned = like["_net_spec"]["planned"]',
        "pass",
        (
            "tests/estimators/test_refit.py"
            "::test_what_the_data_decide_stays_as_the_first_training_has_found_it",
        ),
    ),
    Mutant(
        "a refit chooses patches and dilations anew",
        "estimators/_refit.py",
        "    if first is None:\n        return\n    for",
        "    if True:\n        return\n    for",
        (
            "tests/estimators/test_refit.py"
            "::test_what_the_data_decide_stays_as_the_first_training_has_found_it",
        ),
    ),
    Mutant(
        "a refit that was never begun is silent",
        "estimators/_refit.py",
        '        _warn("The training that finds the number of epochs")\n',
        "",
        (
            "tests/estimators/test_refit.py"
            "::test_a_time_budget_that_cuts_the_first_training_is_told",
        ),
    ),
    Mutant(
        "Ctrl-C leaves a classifier without its temperature",
        "estimators/_classifier.py",
        "                self._calibrate(validation)\n            raise",
        "                pass\n            raise",
        ("tests/estimators/test_calibration.py::test_ctrl_c_leaves_a_temperature",),
    ),
    Mutant(
        "a temperature that leaves nothing is silent",
        "estimators/_classifier.py",
        "if says_nothing(self._target.response(outputs)):",
        "if False:",
        (
            "tests/estimators/test_calibration.py"
            "::test_a_temperature_that_leaves_nothing_is_told",
        ),
    ),
    Mutant(
        "almost equal quantiles are two levels",
        "estimators/_levels.py",
        "LEAST_GAP = 1e-6",
        "LEAST_GAP = 0",
        ("tests/estimators/test_quantiles.py::test_what_cannot_be_asked_for_is_said",),
    ),
    Mutant(
        "a refit that was cut short is kept",
        "estimators/_refit.py",
        "    if is_complete(estimator.net_):",
        "    if True:",
        (
            "tests/estimators/test_refit.py"
            "::test_a_divergence_leaves_what_was_found_before",
        ),
    ),
    Mutant(
        "a refit after a warm start trains for the epochs before it too",
        "estimators/_refit.py",
        'n_epochs = max(0, n_epochs - unfitted["n_iter_"])',
        'n_epochs = max(n_epochs, unfitted["n_iter_"])',
        (
            "tests/estimators/test_refit.py"
            "::test_a_warm_start_refits_from_the_weights_before",
        ),
    ),
    Mutant(
        "a refit has the whole time once more",
        "_training/_time_budget.py",
        "budget.seconds = budgets[name].end_ - time.monotonic()",
        "budget.seconds = budgets[name].seconds",
        ("tests/estimators/test_refit.py::test_both_trainings_share_one_time_budget",),
    ),
    Mutant(
        "a refitted forecaster forgets what the held-out part decided",
        "estimators/_forecast_fit.py",
        "vars(self).update(rule or {})",
        "vars(self).update({})",
        (
            "tests/estimators/test_refit.py"
            "::test_a_forecaster_learns_from_the_ends_and_keeps_its_rule",
        ),
    ),
    Mutant(
        "a temperature is found without the weights of the rows",
        "estimators/targets/_temperature.py",
        "_log_loss(logits / np.exp(log_t), y), weights=weight)",
        "_log_loss(logits / np.exp(log_t), y))",
        (
            "tests/estimators/test_calibration.py"
            "::test_no_other_temperature_has_a_smaller_log_loss",
        ),
    ),
    Mutant(
        "without an error the temperature falls to its bound",
        "estimators/targets/_temperature.py",
        "if (_margins(logits, y) >= 0).all():",
        "if False:",
        (
            "tests/estimators/test_calibration.py"
            "::test_without_an_error_nothing_says_how_much",
        ),
    ),
    Mutant(
        "a graph knows no temperature",
        "persistence/_graph.py",
        "if temperature != 1.0:",
        "if False:",
        ("tests/persistence/test_onnx.py::test_a_temperature_is_part_of_the_graph",),
    ),
    Mutant(
        "a level below the range is within it",
        "estimators/_range.py",
        "(own.level < known[0] - margin) | (own.level > known[1] + margin)",
        "own.level > known[1] + margin",
        (
            "tests/estimators/test_range.py"
            "::test_quantiles_warn_too_and_either_end_counts",
        ),
    ),
    Mutant(
        "a mean beside the range has left it",
        "estimators/_range.py",
        "margin = wide + NEAR * own.scale + ROUNDING * np.abs(own.level)",
        "margin = 0.0",
        ("tests/estimators/test_range.py::test_rows_of_one_kind_are_never_outside",),
    ),
    Mutant(
        "means that differ by rounding are two",
        "estimators/_range.py",
        " + NEAR * own.scale + ROUNDING * np.abs(own.level)",
        "",
        (
            "tests/estimators/test_range.py"
            "::test_means_that_differ_by_rounding_are_the_same",
        ),
    ),
    Mutant(
        "the range of a few rows is known",
        "estimators/_range.py",
        "if min(len(sequences), n_rows) < FEWEST:",
        "if len(sequences) < FEWEST:",
        ("tests/estimators/test_range.py::test_the_range_of_few_rows_says_nothing",),
    ),
    Mutant(
        "a score of a fit speaks of its rows as of X",
        "estimators/_watching.py",
        "net_=net, _is_watched=True)",
        "net_=net)",
        ("tests/estimators/test_range.py::test_scores_of_a_fit_do_not_warn",),
    ),
    Mutant(
        "a forecast counted from its level warns of it",
        "estimators/_regressor.py",
        "is not None and self._target.relative_to is None:",
        "is not None:",
        (
            "tests/estimators/test_range.py"
            "::test_a_series_that_has_left_its_range_is_named_and_the_remedy_works",
        ),
    ),
    Mutant(
        "a textbook stops early",
        "estimators/_textbook.py",
        '"early_stopping": False,',
        '"early_stopping": "auto",',
        (
            "tests/estimators/test_textbook.py"
            "::test_every_estimator_has_it_with_the_parameters_it_has",
        ),
    ),
    Mutant(
        "early stopping begins unsaid",
        "estimators/_validation_part.py",
        'if estimator.verbose > 0 and estimator.early_stopping == "auto":',
        "if False:",
        (
            "tests/estimators/test_conventions.py"
            "::test_early_stopping_that_begins_by_itself_says_so",
        ),
    ),
    Mutant(
        "rows of a table move as if each update had touched them",
        "_training/_lazy_adam.py",
        'state["exp_avg"].index_copy_(0, rows, mean)',
        'state["exp_avg"].mul_(beta_1).index_copy_(0, rows, mean)',
        ("tests/_training/test_lazy_adam.py::test_rows_move_as_by_torchs_sparse_adam",),
    ),
    Mutant(
        "rows that a batch holds twice count apart in the norm",
        "_training/_callbacks.py",
        "parameter.grad = parameter.grad.coalesce()",
        "parameter.grad = parameter.grad._coalesced_(True)",
        (
            "tests/_training/test_lazy_adam.py"
            "::test_the_gradient_is_clipped_as_a_dense_one_is",
        ),
    ),
    Mutant(
        "Adam of rows stands for Adam with weight decay",
        "_training/_optimizers.py",
        "and given <= OF_ROWS",
        "",
        (
            "tests/_training/test_lazy_adam.py"
            "::test_it_stands_for_adam_where_a_batch_touches_few_rows",
        ),
    ),
    Mutant(
        "the encoder is trained in frozen epochs as well",
        "_training/_callbacks.py",
        "parameter.requires_grad_(not freezes)",
        "parameter.requires_grad_(True)",
        (
            "tests/estimators/test_pretrained.py"
            "::test_only_the_head_is_trained_in_the_frozen_epochs",
        ),
    ),
    Mutant(
        "what is frozen stays frozen when training ends",
        "_training/_callbacks.py",
        "            parameter.requires_grad_(True)\n        self.parameters_ = []",
        "            pass\n        self.parameters_ = []",
        (
            "tests/estimators/test_pretrained.py"
            "::test_frozen_epochs_are_counted_over_parts_and_pickles",
        ),
    ),
    Mutant(
        "an encoder is taken with random weights",
        "_training/_state.py",
        "{**net.module_.state_dict(), **_to_tensors(taken)}",
        "{**_to_tensors(taken), **net.module_.state_dict()}",
        (
            "tests/estimators/test_pretrained.py"
            "::test_only_the_head_is_trained_in_the_frozen_epochs",
        ),
    ),
    Mutant(
        "scales are learnt anew below an encoder that is taken",
        "estimators/_pretrained.py",
        '"input_mean_",',
        "",
        (
            "tests/estimators/test_pretrained.py"
            "::test_scales_are_those_that_the_encoder_is_made_for",
        ),
    ),
    Mutant(
        "new tokens are unknown below an encoder that is taken",
        "estimators/_pretrained.py",
        "        estimator._count_tokens(part)\n",
        "",
        (
            "tests/estimators/test_pretrained.py"
            "::test_tokens_of_either_side_are_known_and_new_ones_start_as_unknown",
        ),
    ),
    Mutant(
        "a checkpoint does not ask for the encoder that was taken",
        "estimators/_identity.py",
        "identify_pretrained(estimator.pretrained)",
        "identify_pretrained(None)",
        (
            "tests/estimators/test_pretrained.py"
            "::test_a_fit_goes_on_frozen_and_from_the_same_encoder_only",
        ),
    ),
    Mutant(
        "an encoder of other cells is taken",
        "estimators/_pretrained.py",
        "    if now != before:\n",
        "    if False:\n",
        (
            "tests/estimators/test_pretrained.py"
            "::test_another_network_is_refused_by_the_name_of_the_parameter",
        ),
    ),
    Mutant(
        "any vocabulary will do for an encoder that is taken",
        "estimators/_pretrained.py",
        "KNOWN_SHARE = 0.5",
        "KNOWN_SHARE = 0.0",
        (
            "tests/estimators/test_pretrained.py"
            "::test_another_vocabulary_is_refused_and_the_remedy_works",
        ),
    ),
    Mutant(
        "the scale of a sequence counts missing values",
        "sequences/_own_scales.py",
        "counts = np.maximum(np.add.reduceat(there, starts, dtype=np.float64), 1.0)",
        "counts = lengths[:, np.newaxis] * np.ones(values.shape[1])",
        ("tests/estimators/test_own_scales.py",),
    ),
    Mutant(
        "level and scale do not join the network",
        "estimators/_input.py",
        "own = own_scales(sequences).columns",
        "own = np.zeros_like(own_scales(sequences).columns)",
        (
            "tests/estimators/test_own_scales.py"
            "::test_it_is_the_same_as_bringing_each_sequence_to_its_scale_by_hand",
        ),
    ),
    Mutant(
        "over time a sequence knows its later steps",
        "estimators/_over_time.py",
        "if self._why_no_pass() is None:",
        "if self.net_.module_.why_no_step() is None:",
        (
            "tests/estimators/test_own_scales.py"
            "::test_predictions_over_time_know_the_steps_so_far_only",
        ),
    ),
    Mutant(
        "predictions stay relative to their sequence",
        "estimators/targets/_scaled.py",
        "predicted = predicted * unit + origin",
        "predicted = predicted * unit",
        (
            "tests/estimators/test_own_scales.py"
            "::test_a_target_comes_back_from_where_it_is_counted",
        ),
    ),
    Mutant(
        "a stream forgets how long a value is missing",
        "sequences/_gaps.py",
        "ago + unseen * before",
        "ago",
        (
            "tests/estimators/test_missing.py"
            "::test_single_steps_read_the_same_as_whole_sequences",
        ),
    ),
    Mutant(
        "missing values count as zeros in the mean",
        "sequences/_standardize.py",
        "shares[complete | (shares == 0)] = 1.0",
        "shares[:] = 1.0",
        (
            "tests/estimators/test_missing.py"
            "::test_scales_are_those_of_the_values_that_are_there",
        ),
    ),
    Mutant(
        "the mask is not shown",
        "_training/_number_reader.py",
        "np.isnan(values), np.log1p(filled.steps)",
        "np.zeros_like(values), np.zeros_like(values)",
        (
            "tests/estimators/test_missing.py::test_a_gap_that_tells_is_seen_by_the_mask",
        ),
    ),
    Mutant(
        "the rows of a long frame count as together",
        "sequences/_series_times.py",
        "return values if in_order else values[self.order]",
        "return values",
        (
            "tests/sequences/test_from_frame.py"
            "::test_a_series_is_its_rows_in_their_order",
        ),
    ),
    Mutant(
        "the last step of one series and the first of the next are a step",
        "sequences/_series_times.py",
        "inside[groups.offsets[1:-1] - 1] = False",
        "pass",
        (
            "tests/sequences/test_from_frame.py"
            "::test_times_by_a_clock_or_a_calendar_are_regular",
        ),
    ),
    Mutant(
        "predictions go back in the order of the series",
        "sequences/_from_frame.py",
        "rows[groups.order] = by_step",
        "rows[:] = by_step",
        (
            "tests/sequences/test_from_frame.py"
            "::test_a_series_is_its_rows_in_their_order",
        ),
    ),
    Mutant(
        "the backward direction reads forward",
        "nn/_layer.py",
        "turned = reverse_within_length(x, lengths)",
        "turned = x",
        (
            "tests/nn/test_encoder.py"
            "::test_outputs_and_gradients_are_those_of_packed_sequences",
        ),
    ),
    Mutant(
        "segments begin anew",
        "nn/_network.py",
        "        if begins.all():\n",
        "        if True:\n",
        ("tests/_training/test_segments.py::test_states_go_on_and_gradients_do_not",),
    ),
    Mutant(
        "a batch of segments is cut into parts",
        "_training/_parts.py",
        "if inputs.follows is not None:",
        "if False:",
        (
            "tests/_training/test_parts.py::"
            "test_a_batch_of_segments_stays_whole_for_the_next_one_goes_on_from_it",
        ),
    ),
    Mutant(
        "gradients go on into the batch before",
        "nn/_network.py",
        "self._states = map_state(Tensor.detach, encoded.state)",
        "self._states = encoded.state",
        ("tests/_training/test_segments.py::test_states_go_on_and_gradients_do_not",),
    ),
    Mutant(
        "the first segment of a text goes on from the text before",
        "_training/_segments.py",
        " & (self._number[indices] > 0)",
        "",
        (
            "tests/_training/test_segments.py"
            "::test_segments_follow_each_other_to_the_texts",
        ),
    ),
    Mutant(
        "one long text is one stream",
        "_training/_segments.py",
        "in_piece = -(-share // n_steps)",
        "in_piece = len(lengths)",
        (
            "tests/estimators/test_language_model.py"
            "::test_one_long_text_is_read_in_as_many_pieces_as_streams",
        ),
    ),
    Mutant(
        "right tokens count among their own negatives",
        "nn/heads/_next_token.py",
        "logits.masked_fill_(negatives == right.unsqueeze(1), IMPOSSIBLE)",
        "pass",
        (
            "tests/nn/heads/test_next_token.py"
            "::test_the_sampled_loss_is_that_of_its_formula",
        ),
    ),
    Mutant(
        "negatives are not corrected for how often they are drawn",
        "nn/heads/_next_token.py",
        "expected = self.log_proposal[tokens] + math.log(self.n_negatives)",
        "expected = 0 * self.log_proposal[tokens]",
        (
            "tests/nn/heads/test_next_token.py"
            "::test_the_sampled_loss_is_that_of_its_formula",
        ),
    ),
    Mutant(
        "the end has the vector of padding",
        "nn/heads/_next_token.py",
        "torch.cat([self.end.unsqueeze(0), table[1:]])",
        "table",
        (
            "tests/nn/heads/test_next_token.py"
            "::test_the_full_loss_is_the_cross_entropy_over_vectors_and_end",
        ),
    ),
    Mutant(
        "ids that no token has are probable",
        "nn/heads/_next_token.py",
        "share = (counts + smallest) * known",
        "share = counts + smallest",
        (
            "tests/estimators/test_language_model.py"
            "::test_ids_without_a_token_have_no_probability",
        ),
    ),
    Mutant(
        "the temperature does nothing",
        "estimators/_drawing.py",
        "if self.temperature == 0:",
        "if False:",
        (
            "tests/estimators/test_language_model.py"
            "::test_the_most_probable_token_each_time",
        ),
    ),
    Mutant(
        "top_p leaves too much",
        "estimators/_drawing.py",
        "last = np.minimum(last, enough)",
        "last = np.minimum(last, enough + 1)",
        (
            "tests/estimators/test_language_model.py"
            "::test_only_what_is_probable_enough_is_drawn",
        ),
    ),
    Mutant(
        "a prompt is not read",
        "estimators/_language_model.py",
        "        for tokens in begun.T:\n",
        "        for tokens in begun.T[:0]:\n",
        (
            "tests/estimators/test_language_model.py"
            "::test_frequencies_are_those_of_the_probabilities",
        ),
    ),
    Mutant(
        "a text is scored without its end",
        "estimators/targets/_next_token.py",
        "    offsets = offsets_of(sequences.lengths + 1)\n",
        "    return sequences\n",
        (
            "tests/estimators/test_language_model.py"
            "::test_the_probabilities_of_all_texts_add_up_to_one",
        ),
    ),
    Mutant(
        "neighbours are counted across the ends of sequences",
        "text/_token_vectors.py",
        "(places[distance:] >= distance) & (left > UNK)",
        "(left > UNK)",
        (
            "tests/text/test_token_vectors.py"
            "::test_neighbours_are_counted_inside_a_sequence_and_without_the_unknown",
        ),
    ),
    Mutant(
        "vectors have a scale of their own",
        "text/_token_vectors.py",
        "deviation * (own - own.mean(axis=0))",
        "(own - own.mean(axis=0))",
        (
            "tests/text/test_token_vectors.py"
            "::test_columns_have_mean_0_and_the_scale_over_the_tokens_seen",
        ),
    ),
    Mutant(
        "the means of vectors are not weighed",
        "text/_token_vectors.py",
        ".T.multiply(self.idf_)",
        ".T.multiply(self.idf_ > 0)",
        (
            "tests/text/test_token_vectors.py"
            "::test_a_sequence_is_the_mean_of_its_vectors_weighed_by_idf",
        ),
    ),
    Mutant(
        "vectors are fitted on the validation rows too",
        "estimators/_input.py",
        "    sequences = part.sequences[part.rows]\n    fitted.fit",
        "    sequences = part.sequences\n    fitted.fit",
        (
            "tests/estimators/test_embeddings.py"
            "::test_nor_does_it_see_the_validation_rows",
        ),
    ),
    Mutant(
        "vectors are fitted without being cloned",
        "estimators/_input.py",
        "fitted = clone(embedding)",
        "fitted = embedding",
        (
            "tests/estimators/test_embeddings.py"
            "::test_an_estimator_is_cloned_and_sees_the_training_rows_only",
        ),
    ),
    Mutant(
        "words that only the frozen vectors know are unknown",
        "estimators/_input.py",
        "self._has_vector = self.embedding_.vectors_.any(axis=1)",
        "self._has_vector = np.zeros(len(self.embedding_.vectors_), dtype=bool)",
        (
            "tests/estimators/test_embeddings.py"
            "::test_with_frozen_vectors_words_that_training_never_saw_are_known",
        ),
    ),
    Mutant(
        "the seed of the vectors does not follow from that of the fit",
        "estimators/_input.py",
        "fitted.set_params(random_state=seed)",
        "pass",
        (
            "tests/estimators/test_embeddings.py"
            "::test_its_seed_follows_from_that_of_the_fit_unless_it_has_one",
        ),
    ),
    Mutant(
        "a checkpoint takes other frozen vectors for the same",
        "estimators/_identity.py",
        'return f"FrozenEstimator {_hash(value)}"',
        'return "FrozenEstimator"',
        (
            "tests/estimators/test_embeddings.py"
            "::test_a_checkpoint_knows_frozen_vectors_by_what_they_are",
        ),
    ),
    Mutant(
        "the reversal takes padding along",
        "nn/_lengths.py",
        "mirrored = lengths - 1 - step",
        "mirrored = (len(steps) - 1 - step).expand(-1, len(x))",
        (
            "tests/nn/test_lengths.py"
            "::test_each_sequence_is_reversed_and_its_padding_left",
        ),
    ),
    Mutant(
        "the gradient of a reversal is not swapped back",
        "nn/_lengths.py",
        "return SwapRows.apply(grad, rows), None",
        "return grad, None",
        ("tests/nn/test_lengths.py::test_swapping_rows_can_be_derived_twice",),
    ),
    Mutant(
        "the slope of the reset gate is left out",
        "nn/kernels/_gru.py",
        "to_r.addcmul_(to_r, r, value=-1)",
        "pass",
        ("tests/nn/kernels/test_function_cell.py",),
    ),
    Mutant(
        "the slope of the Elman RNN is left out",
        "nn/kernels/_elman.py",
        ".mul_(slopes[t])",
        "",
        ("tests/nn/kernels/test_function_cell.py",),
    ),
    Mutant(
        "the start of the GRU gets no gradient past the update gate",
        "nn/kernels/_gru.py",
        "to_start = (gs[0] * zs[0]).addmm_(rows[0], w_hh)",
        "to_start = rows[0] @ w_hh",
        ("tests/nn/kernels/test_cells.py",),
    ),
    Mutant(
        "the start of the Elman RNN gets no gradient",
        "nn/kernels/_elman.py",
        "to_start = deltas[0] @ w_hh",
        "to_start = None",
        ("tests/nn/kernels/test_cells.py",),
    ),
    Mutant(
        "hidden units are not filled up to 16",
        "nn/kernels/_exact.py",
        "COLUMNS = 16",
        "COLUMNS = 1",
        ("tests/nn/kernels/test_exact.py::test_a_row_gets_the_same_bits_at_any_place",),
    ),
    Mutant(
        "threads share the gates of a prediction",
        "nn/kernels/_exact.py",
        "ENTRIES = 2**15",
        "ENTRIES = 2**30",
        (
            "tests/nn/kernels/test_exact.py"
            "::test_a_row_gets_the_same_bits_in_large_batches_on_many_threads",
        ),
    ),
    Mutant(
        "a second derivative is computed",
        "nn/kernels/_function_cell.py",
        "if torch.is_grad_enabled():\n        raise",
        "if False:\n        raise",
        ("tests/nn/kernels/test_function_cell.py::test_double_backward_is_refused",),
    ),
    Mutant(
        "padding counts for the final state of a GRU",
        "nn/kernels/_padded.py",
        "outputs[rows, lengths - 1]",
        "outputs[rows, -1]",
        ("tests/nn/kernels/test_padded.py",),
    ),
    Mutant(
        "padding counts for the final state of an LSTM",
        "nn/kernels/_padded.py",
        "if bool((lengths == x.shape[1]).all()):",
        "if True:",
        ("tests/nn/kernels/test_padded.py",),
    ),
    Mutant(
        "final states come in the order of the lengths",
        "nn/kernels/_padded.py",
        "torch.cat(parts)[places]",
        "torch.cat(parts)",
        ("tests/nn/kernels/test_padded.py",),
    ),
    Mutant(
        "an own cell predicts in float32",
        "nn/kernels/_exact.py",
        "InFloat64(cell) if make is None",
        "cell if make is None",
        (
            "tests/nn/kernels/test_exact.py"
            "::test_an_own_cell_predicts_in_float64_and_is_left_as_it_is",
        ),
    ),
    Mutant(
        "a class of one's own moves the global generator",
        "nn/_seeding.py",
        "with _BORROWED, torch.random.fork_rng(devices=[]):",
        "with _BORROWED:",
        ("tests/nn/kernels/test_make.py",),
    ),
    Mutant(
        "the weights of an own cell do not follow from the seed",
        "nn/_seeding.py",
        "torch.default_generator.manual_seed(seed)",
        "pass",
        ("tests/nn/kernels/test_make.py",),
    ),
    Mutant(
        "the outputs of an own cell may have any shape",
        "nn/kernels/_make.py",
        "or outputs.shape != wanted",
        "",
        ("tests/nn/kernels/test_make.py::test_a_cell_that_does_not_fit_is_refused",),
    ),
    Mutant(
        "the backward direction starts from the state of the forward one",
        "nn/_layer.py",
        "turned, lengths, backward, final)",
        "turned, lengths, forward, final)",
        ("tests/nn/test_encoder.py",),
    ),
    Mutant(
        "a step of an encoder forgets the layers above the first",
        "nn/_encoder.py",
        "None if state is None else state[k])",
        "None if state is None else state[0])",
        ("tests/nn/test_encoder.py",),
    ),
    Mutant(
        "padding leaks into the maximum",
        "nn/_poolings.py",
        "_fill_padding(encoded.outputs, encoded.lengths, -torch.inf).amax(dim=1)",
        "encoded.outputs.amax(dim=1)",
        ("tests/nn/test_poolings.py::test_pooling_agrees_with_work_by_hand",),
    ),
    Mutant(
        "the running softmax forgets to shrink what it has",
        "nn/_poolings.py",
        "weighted = weighted * kept + weight * output",
        "weighted = weighted + weight * output",
        (
            "tests/nn/test_poolings.py"
            "::test_each_prefix_is_pooled_as_a_sequence_of_its_own",
        ),
    ),
    Mutant(
        "a step of the GRU begins from nothing",
        "nn/kernels/_gru.py",
        "if start is None else start\n    parts",
        "\n    parts",
        ("tests/nn/kernels/test_exact.py::test_steps_are_those_of_the_whole",),
    ),
    Mutant(
        "live data goes on from anybody's state",
        "_training/_streams.py",
        "if state.of != weights:",
        "if False:",
        (
            "tests/estimators/test_over_time.py"
            "::test_the_state_of_another_estimator_is_refused",
        ),
    ),
    Mutant(
        "the first streams go on, whichever are taken",
        "_training/_streams.py",
        "contents=_take(chosen, self.contents)",
        "contents=_take(np.arange(len(chosen)), self.contents)",
        (
            "tests/estimators/test_over_time.py"
            "::test_streams_that_go_on_are_taken_from_a_state",
        ),
    ),
    Mutant(
        "a state can be written to",
        "_training/_streams.py",
        "array.flags.writeable = False",
        "pass",
        (
            "tests/estimators/test_over_time.py"
            "::test_the_arrays_of_a_state_cannot_be_written_to",
        ),
    ),
    Mutant(
        "updates are not counted where torch does not count them",
        "_training/_net.py",
        "        self.n_updates_ += 1\n",
        "",
        (
            "tests/estimators/test_over_time.py"
            "::test_a_state_from_before_further_training_is_refused",
        ),
    ),
    Mutant(
        "weights set by hand go on from the old state",
        "_training/_streams.py",
        "return net.n_updates_, writings",
        "return net.n_updates_",
        (
            "tests/estimators/test_over_time.py"
            "::test_a_state_from_before_weights_were_set_by_hand_is_refused",
        ),
    ),
    Mutant(
        "live data is read by two directions",
        "nn/_encoder.py",
        "if self.bidirectional:\n            return (",
        "if False:\n            return (",
        ("tests/nn/test_streaming.py::test_what_cannot_go_on_says_why",),
    ),
    Mutant(
        "a prefix lacks its last step",
        "sequences/_prefixes.py",
        "steps += step_positions(lengths[chosen])",
        "steps += np.maximum(step_positions(lengths[chosen]) - 1, 0)",
        (
            "tests/sequences/test_prefixes.py"
            "::test_parts_hold_every_prefix_in_order_and_keep_to_their_size",
        ),
    ),
    Mutant(
        "a head gives numbers over time for two directions",
        "nn/heads/_pooled.py",
        "if encoded.bidirectional:",
        "if False:",
        (
            "tests/nn/heads/test_pooled.py"
            "::test_two_directions_have_nothing_to_say_over_time",
        ),
    ),
    Mutant(
        "a network starts from zeros, whatever the state of its batch",
        "nn/_network.py",
        "if goes_on else batch.state",
        "if goes_on else None",
        (
            "tests/nn/test_network.py"
            "::test_a_sequence_goes_on_from_the_state_of_its_first_half",
        ),
    ),
    Mutant(
        "the final states do not reach the head that reads them",
        "nn/_network.py",
        "final = goes_on or self.head.reads_state",
        "final = goes_on",
        (
            "tests/_training/test_heads.py"
            "::test_a_head_gets_the_final_states_with_a_gradient",
        ),
    ),
    Mutant(
        "a head does not get the targets in training",
        "_training/_net.py",
        "train_step_single(part, target=part[1], **fit_params)",
        "train_step_single(part, **fit_params)",
        (
            "tests/_training/test_heads.py::test_a_head_reads_the_targets_in_training"
            "_and_validation_and_never_to_predict",
        ),
    ),
    Mutant(
        "processes may have other static columns",
        "_training/_accelerated.py",
        "[] if dataset.static is None else [dataset.static]",
        "[]",
        (
            "tests/interop/test_accelerate.py"
            "::test_other_static_columns_are_told_before_training",
        ),
    ),
    Mutant(
        "other sequences are those of other rows",
        "_training/_data.py",
        "part._batch(rows, rng) for part in self.beside",
        "part._batch(np.arange(len(rows)), rng) for part in self.beside",
        (
            "tests/estimators/test_several_sequences.py::test_a_sample_has_the_same_bits_alone_and_in_any_batch",
        ),
    ),
    Mutant(
        "rows that differ in another sequence merge",
        "sequences/_canonical.py",
        "content += _mix(_hash_content(part) + key, THIRD)",
        "pass",
        (
            "tests/sequences/test_canonical.py"
            "::test_other_sequences_beside_are_another_row",
        ),
    ),
    Mutant(
        "the steps do not read the other sequences",
        "nn/_network.py",
        "vectors = _put_behind_each(vectors, static[:, -self.n_beside :])",
        "vectors = _put_behind_each(vectors, 0 * static[:, -self.n_beside :])",
        (
            "tests/estimators/test_several_sequences.py::test_the_product_of_two_sequences_is_learnt_from_both_only",
        ),
    ),
    Mutant(
        "the head does not read the other sequences",
        "nn/_network.py",
        "return replace(batch, static=torch.cat(vectors, dim=1), beside=())",
        "return replace(batch, static=0 * torch.cat(vectors, dim=1), beside=())",
        (
            "tests/nn/test_branch.py"
            "::test_a_second_sequence_joins_each_step_and_the_pooled_vector",
        ),
    ),
    Mutant(
        "new words of another sequence have no room",
        "estimators/_base.py",
        'yield f"beside.{k}.{TOKENS}", one',
        "continue",
        (
            "tests/estimators/test_several_sequences.py::test_new_words_of_each_sequence_are_learnt_later",
        ),
    ),
    Mutant(
        "the moments of another sequence grow at the wrong place",
        "estimators/_base.py",
        'number = names.index(place + "weight")',
        "number = 0",
        (
            "tests/estimators/test_several_sequences.py::test_new_words_of_each_sequence_are_learnt_later",
        ),
    ),
    Mutant(
        "a selection has the other sequences of other rows",
        "sequences/_with_static.py",
        "beside = [safe_indexing(part, rows) for part in self.beside]",
        "beside = [safe_indexing(part, np.arange(len(rows))) for part in self.beside]",
        ("tests/sequences/test_with_static.py::test_other_sequences_are_cut_too",),
    ),
    Mutant(
        "a prefix has the other sequences of other rows",
        "sequences/_sequences.py",
        "beside = tuple(part[rows] for part in other.beside)",
        "beside = tuple(part[: len(self)] for part in other.beside)",
        (
            "tests/estimators/test_several_sequences.py::test_an_explanation_shares_out_what_the_first_sequence_says",
        ),
    ),
    Mutant(
        "a file may make another sequence of any size",
        "_training/_state.py",
        'for inputs in sizes.get("beside", ()):',
        "for inputs in ():",
        (
            "tests/_training/test_state.py::test_sequences_beside_may_not_be_larger_than_their_weights",
        ),
    ),
    Mutant(
        "another number of sequences is read",
        "estimators/_beside.py",
        "if len(beside) != len(self.beside_inputs_):",
        "if False:",
        (
            "tests/estimators/test_several_sequences.py::test_other_sequences_than_in_fit_are_refused",
        ),
    ),
    Mutant(
        "long sums are in groups of few rows",
        "nn/kernels/_row_groups.py",
        "for n in sizes if all(is_alike(row, n) for row in rows)",
        "for n in sizes",
        ("tests/nn/kernels/test_row_groups.py",),
    ),
    Mutant(
        "a group of rows is tried alone",
        "nn/kernels/_row_groups.py",
        "MULTIPLES = (1, 2, 3, 4, 5, 8, 16)",
        "MULTIPLES = (1,)",
        ("tests/nn/kernels/test_row_groups.py::test_there_may_be_no_group",),
    ),
    Mutant(
        "groups are tried in the default type of numbers",
        "nn/kernels/_row_groups.py",
        "generator=generator, dtype=dtype)",
        "generator=generator)",
        (
            "tests/nn/kernels/test_row_groups.py"
            "::test_numbers_of_the_type_asked_for_are_tried",
        ),
    ),
    Mutant(
        "few outputs are computed in float32, row by row",
        "nn/kernels/_exact.py",
        "mapped = layer(_fill_with_zeros(raise_precision(x), ROWS))[: x.shape[0]]",
        "mapped = layer(x)",
        (
            "tests/nn/kernels/test_exact.py"
            "::test_a_row_of_an_affine_map_gets_the_same_bits_at_any_place",
        ),
    ),
    Mutant(
        "an LSTM of float64 has the groups of oneDNN",
        "nn/kernels/_exact.py",
        "rows_of_lstm(cell.input_size, cell.hidden_size, dtype)",
        "rows_of_lstm(cell.input_size, cell.hidden_size, torch.float32)",
        (
            "tests/nn/kernels/test_exact.py"
            "::test_a_row_in_float64_gets_the_same_bits_alone_and_in_a_batch",
        ),
    ),
    Mutant(
        "turned weights may give other bits than the others",
        "nn/kernels/_row_groups.py",
        "bits = alone if expected is None else expected",
        "bits = alone",
        (
            "tests/nn/kernels/test_row_groups.py"
            "::test_turned_weights_count_where_they_have_the_bits_of_the_others",
        ),
    ),
    Mutant(
        "every column of a large vocabulary is tried",
        "nn/kernels/_row_groups.py",
        "min(n_columns, BLOCK + n_columns % BLOCK)",
        "n_columns",
        (
            "tests/nn/kernels/test_row_groups.py"
            "::test_of_a_large_vocabulary_some_columns_are_tried",
        ),
    ),
    Mutant(
        "losses are computed in half precision",
        "_training/_net.py",
        "return self.module_(x.to(self.device), target).float()",
        "return self.module_(x.to(self.device), target)",
        (
            "tests/_training/test_autocast.py"
            "::test_training_in_bfloat16_comes_close_to_that_in_float32",
        ),
    ),
    Mutant(
        "nothing is computed in half precision",
        "_training/_net.py",
        "if self.autocast is None or not self.module_.training:",
        "if True:",
        (
            "tests/_training/test_autocast.py"
            "::test_training_in_bfloat16_comes_close_to_that_in_float32",
        ),
    ),
    Mutant(
        "half precision is not tried before training",
        "_training/_net.py",
        "    if net.autocast is None:\n        return\n    batch",
        "    if True:\n        return\n    batch",
        (
            "tests/_training/test_autocast.py"
            "::test_what_a_processor_cannot_do_is_told_before_training",
        ),
    ),
    Mutant(
        "an accelerator of mixed precision trains in full",
        "_training/_make_net.py",
        'params["autocast"] = "bfloat16"',
        'params["autocast"] = None',
        (
            "tests/_training/test_autocast.py"
            "::test_an_accelerator_of_mixed_precision_does_the_same",
        ),
    ),
    Mutant(
        "a number is hidden by nothing",
        "inspection/_occlude_any.py",
        "flat[places + 1, places] = nothing.ravel()",
        "flat[places + 1, places] = 0",
        ("tests/inspection/test_occlude_any.py::test_a_number_is_hidden_by_the_mean",),
    ),
    Mutant(
        "a hidden word stays",
        "inspection/_occlude_any.py",
        "left = [text[:start] + HIDDEN + text[end:] for start, end in spans]",
        "left = [text[:end] + HIDDEN + text[end:] for start, end in spans]",
        (
            "tests/inspection/test_occlude_any.py"
            "::test_a_word_counts_what_the_prediction_loses_without_it",
        ),
    ),
    Mutant(
        "a list that is filled is copied in the second fit",
        "_training/_given_callbacks.py",
        "setattr(unnamed(made), name, value)",
        "pass",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_the_owner_of_a_list_sees_what_each_fit_puts_into_it",
        ),
    ),
    Mutant(
        "a search copies a list that waits to be filled",
        "_training/_given_callbacks.py",
        "if isinstance(value, FILLED) and not value:",
        "if False:",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_a_search_refuses_a_list_that_waits_to_be_filled",
        ),
    ),
    Mutant(
        "a warm start may go on with other scales",
        "estimators/_base.py",
        'if "sequence" in scales:',
        "if False:",
        (
            "tests/estimators/test_own_scales.py"
            "::test_a_warm_start_keeps_to_the_scales_of_the_last_fit",
        ),
    ),
    Mutant(
        "static columns are those of other rows",
        "_training/_data.py",
        "self.static[rows]",
        "self.static[indices]",
        ("tests/_training/test_data.py::test_static_columns_come_with_their_rows",),
    ),
    Mutant(
        "batches read ahead have the targets of other rows",
        "_training/_data.py",
        "self._targets(np.concatenate(plan))",
        "self._targets(np.concatenate(plan[::-1]))",
        (
            "tests/_training/test_data.py"
            "::test_batches_read_ahead_are_those_made_one_by_one",
        ),
    ),
    Mutant(
        "batches read ahead are padded with what follows",
        "sequences/_sequences.py",
        "places += np.repeat(starts[:-1], lengths)",
        "places += np.repeat(starts[:-1], lengths) > 0",
        (
            "tests/_training/test_data.py"
            "::test_batches_read_ahead_are_those_made_one_by_one",
        ),
    ),
    Mutant(
        "rows that differ in their static columns merge",
        "sequences/_canonical.py",
        "content += _mix(_hash_table(sequences.static), FIRST)",
        "pass",
        (
            "tests/sequences/test_canonical.py::test_other_static_columns_are_another_row",
        ),
    ),
    Mutant(
        "a step has the static columns of another sequence",
        "nn/_static.py",
        "static = static.repeat_interleave(lengths.to(static.device), dim=0)",
        "static = static[torch.arange(len(vectors)) % len(static)]",
        (
            "tests/estimators/test_static_columns.py"
            "::test_a_sample_has_the_same_bits_alone_and_in_any_batch",
        ),
    ),
    Mutant(
        "static columns keep their units",
        "estimators/_input.py",
        "static = scaler.transform(np.where(unknown, scaler.mean_, static))",
        "pass",
        (
            "tests/estimators/test_static_columns.py"
            "::test_the_head_adds_them_to_what_it_makes_of_the_sequence",
        ),
    ),
    Mutant(
        "the largest of live data in ONNX is never below zero",
        "persistence/_one_step.py",
        'before = graph.add("Where", now.is_first, PADDING_OF_MAXIMA, memory[0])\n'
        "    maximum",
        "before = memory[0]\n    maximum",
        (
            "tests/persistence/test_onnx.py"
            "::test_a_pooling_goes_on_in_a_graph_as_in_the_network",
        ),
    ),
    Mutant(
        "attention to live data in ONNX forgets the steps before",
        "persistence/_one_step.py",
        'total = graph.add("Add", graph.add("Mul", memory[1], old), new)',
        'total = graph.add("Add", memory[1], new)',
        (
            "tests/persistence/test_onnx.py"
            "::test_a_pooling_goes_on_in_a_graph_as_in_the_network",
        ),
    ),
    Mutant(
        "a decoder does not read the static columns",
        "nn/heads/_decoder.py",
        "final = join_static(self.final_state(encoded), batch)",
        "final = self.final_state(encoded)\n"
        "        if batch.static is not None:\n"
        "            final = torch.cat([final, torch.zeros_like(batch.static)], dim=1)",
        (
            "tests/nn/heads/test_decoder.py::test_the_gradient_is_the_numerical_one",
            "tests/estimators/test_static_columns.py"
            "::test_what_only_the_static_columns_know_is_learnt",
        ),
    ),
    Mutant(
        "a logger is copied, and its owner sees nothing",
        "_training/_given_callbacks.py",
        'return not hasattr(value, "get_params")',
        "return False",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_a_search_refuses_what_belongs_to_somebody",
        ),
    ),
    Mutant(
        "a warm start freezes nothing",
        "_training/_given_callbacks.py",
        'epoch = callback.at.keywords["epoch"] + len(net.history)',
        'epoch = callback.at.keywords["epoch"]',
        (
            "tests/_training/test_given_callbacks.py"
            "::test_a_warm_start_freezes_what_it_is_told_to",
        ),
    ),
    Mutant(
        "the accuracy of skorch is asked of logits",
        "_training/_net.py",
        "return outputs if self.decide is None else self.decide(outputs)",
        "return outputs",
        (
            "tests/_training/test_given_callbacks.py"
            "::test_the_accuracy_of_skorch_is_that_of_the_history",
        ),
    ),
    Mutant(
        "a fit changes the transformers of the user",
        "sequences/_column_transformer.py",
        "fitted = [clone(transformer, safe=False) for _, transformer in self._pairs]",
        "fitted = [transformer for _, transformer in self._pairs]",
        (
            "tests/sequences/test_column_transformer.py"
            "::test_a_fit_changes_no_transformer_of_the_user",
        ),
    ),
    Mutant(
        "a column of sequences may hold anything",
        "sequences/_column_transformer.py",
        "others = [row for row, kind in enumerate(kinds) if kind != kinds[0]]",
        "others: list[int] = []",
        (
            "tests/sequences/test_column_transformer.py"
            "::test_signals_of_different_axes_are_named",
        ),
    ),
    Mutant(
        "a transform learns again",
        "sequences/_column_transformer.py",
        "part if isinstance(transformer, str) else transformer.transform(part)",
        "part if isinstance(transformer, str) else transformer.fit_transform(part)",
        (
            "tests/sequences/test_column_transformer.py"
            "::test_each_part_is_what_its_transformer_gives_alone",
        ),
    ),
    Mutant(
        "static columns may have other names than in fit",
        "sequences/_with_static.py",
        "if names is None or in_fit is None or list(in_fit) == names:",
        "if True:",
        (
            "tests/estimators/test_static_columns.py"
            "::test_other_static_columns_than_in_fit_are_refused",
        ),
    ),
    Mutant(
        "rows of a selection have the static columns of others",
        "sequences/_with_static.py",
        "return type(self)(sequences, self.static[rows], self.names, beside)",
        "return type(self)(sequences, self.static[: len(rows)], self.names, beside)",
        (
            "tests/sequences/test_with_static.py"
            "::test_scikit_learn_cuts_both_parts_alike",
        ),
    ),
    Mutant(
        "outputs of targets have the places of sequences",
        "_training/_data.py",
        'elif rows == "target"',
        'elif rows == "targets"',
        (
            "tests/_training/test_heads.py::test_a_head_reads_the_targets_in_training"
            "_and_validation_and_never_to_predict",
        ),
    ),
    Mutant(
        "callbacks of skorch cannot read the targets of a batch",
        "_training/_net.py",
        '"batch": (inputs, target.values)',
        '"batch": (inputs, target)',
        ("tests/_training/test_net.py::test_the_usual_callbacks_of_skorch_work",),
    ),
    Mutant(
        "the loss that the user holds is trained",
        "nn/_losses.py",
        "loss = copy.deepcopy(loss)",
        "pass",
        (
            "tests/nn/test_losses.py"
            "::test_a_module_is_copied_so_that_what_the_user_holds_is_not_trained",
        ),
    ),
    Mutant(
        "the losses of several heads are averaged",
        "nn/heads/_sum.py",
        "for h, part in parts]).sum(dim=0)",
        "for h, part in parts]).mean(dim=0)",
        ("tests/nn/heads/test_sum.py::test_losses_add",),
    ),
    Mutant(
        "the state of a step is rounded",
        "nn/kernels/_exact.py",
        "return outputs.to(x.dtype), after",
        "return outputs.to(x.dtype), _to_dtype(x.dtype, after)",
        (
            "tests/estimators/test_own_parts.py"
            "::test_steps_agree_with_the_prediction_where_a_cell_has_them",
        ),
    ),
    Mutant(
        "rows without weight decide whether to stop early",
        "estimators/_base.py",
        "        n_counted = np.count_nonzero(whole.weight)",
        "        n_counted = len(whole.weight)",
        (
            "tests/estimators/test_conventions.py"
            "::test_rows_without_weight_are_no_reason_to_stop_early",
        ),
    ),
    Mutant(
        "the average of certain heads is infinite",
        "nn/_losses.py",
        "    yes = functional.logsigmoid(outputs).logsumexp(dim=-1)",
        "    return torch.logit(outputs.sigmoid().mean(dim=-1))\n    yes = outputs",
        ("tests/nn/heads/test_sum.py::test_averages_of_certain_heads_are_finite",),
    ),
    Mutant(
        "of several heads the outputs are averaged, not the probabilities",
        "nn/heads/_sum.py",
        "return average(raise_precision(outputs)).to(outputs.dtype)",
        "return outputs.mean(dim=-1)",
        ("tests/nn/heads/test_sum.py::test_probabilities_and_means_average",),
    ),
    Mutant(
        "the score sees the outputs of all heads",
        "nn/heads/_sum.py",
        "return outputs if outputs.ndim == 2 else self._average(outputs)",
        "return outputs",
        ("tests/nn/heads/test_sum.py",),
    ),
    Mutant(
        "one long word is padded onto all others",
        "nn/_characters.py",
        "        sizes = _cut(n_letters)",
        "        sizes = [len(n_letters)]",
        (
            "tests/nn/test_characters.py"
            "::test_one_long_word_is_not_padded_onto_the_others",
        ),
    ),
    Mutant(
        "the targets of samples come in the order of the batch",
        "nn/_batch.py",
        "for i in chosen.tolist()]",
        "for i in sorted(chosen.tolist())]",
        (
            "tests/nn/test_batch.py::test_the_targets_of_some_samples_come_in_their_order",
        ),
    ),
    Mutant(
        "numbers in the padding reach the encoder",
        "nn/_embedder.py",
        "without_padding(batch.values.transpose(0, 1), batch.lengths)",
        "batch.values.transpose(0, 1)",
        ("tests/nn/test_embedder.py",),
    ),
    Mutant(
        "live data is read by a CRF",
        "nn/heads/_crf.py",
        "return (\n            \"output='crf', where",
        "return None and (\n            \"output='crf', where",
        ("tests/nn/test_streaming.py::test_what_cannot_go_on_says_why",),
    ),
    Mutant(
        "padding takes part in the paths of CTC",
        "nn/heads/_ctc.py",
        "torch.where(is_step, pad_steps(log_proba, lengths, n_steps), certain)",
        "pad_steps(log_proba, lengths, n_steps)",
        (
            "tests/nn/heads/test_ctc.py"
            "::test_the_losses_of_a_sample_sum_to_minus_the_probability_of_all_its_paths",
        ),
    ),
    Mutant(
        "the blank of CTC is the last column",
        "nn/heads/_ctc.py",
        "codes + (codes < self.end),",
        "codes,",
        (
            "tests/nn/heads/test_ctc.py"
            "::test_the_losses_of_a_sample_sum_to_minus_the_probability_of_all_its_paths",
        ),
    ),
    Mutant(
        "a label of a beam is repeated without a blank",
        "estimators/_ctc.py",
        "again = in_blank + repeated",
        "again = total + repeated",
        (
            "tests/estimators/test_ctc.py"
            "::test_a_wide_beam_finds_all_labels_and_their_probabilities",
        ),
    ),
    Mutant(
        "one prefix is in the beam twice",
        "estimators/_ctc.py",
        "number = np.where(impossible, dead, number)",
        "pass",
        (
            "tests/estimators/test_ctc.py"
            "::test_a_wide_beam_finds_all_labels_and_their_probabilities",
        ),
    ),
    Mutant(
        "an alignment has no blank between equal labels",
        "estimators/_ctc.py",
        "may_skip[:, 3::2] = columns[:, 3::2] != columns[:, 1:-2:2]",
        "may_skip[:, 3::2] = True",
        (
            "tests/estimators/test_ctc.py"
            "::test_the_alignment_is_the_likeliest_path_of_the_labels",
        ),
    ),
    Mutant(
        "impossible rows are left to the loss",
        "estimators/targets/_transcription.py",
        "if lacks.any():",
        "if False:",
        (
            "tests/estimators/test_transcriber.py"
            "::test_too_few_steps_are_refused_by_row_and_numbers",
        ),
    ),
    Mutant(
        "two equal labels need no step between",
        "estimators/targets/_transcription.py",
        "lacks = n_labels + n_repeated > n_steps",
        "lacks = n_labels > n_steps",
        (
            "tests/estimators/test_transcriber.py"
            "::test_too_few_steps_are_refused_by_row_and_numbers",
        ),
    ),
    Mutant(
        "what is left out of the labels has a column of its own",
        "nn/heads/_ctc.py",
        "return outputs[:, : self.end + 1].log_softmax(dim=1)",
        "return outputs.log_softmax(dim=1)",
        (
            "tests/estimators/test_transcriber.py"
            "::test_tokens_that_are_left_out_are_never_answered",
        ),
    ),
    Mutant(
        "answers are given to the rows in the order of their lengths",
        "estimators/_transcriber.py",
        "yield rows, pad_with_blanks(",
        "yield range(start, start + len(rows)), pad_with_blanks(",
        (
            "tests/estimators/test_transcriber.py"
            "::test_pulses_of_any_length_are_transcribed",
        ),
    ),
    Mutant(
        "a training that ends with empty answers is kept quiet",
        "estimators/_paired.py",
        "if not self._trains_on:\n            self._warn_if_nothing",
        "if False:\n            self._warn_if_nothing",
        (
            "tests/estimators/test_translator.py"
            "::test_a_fit_whose_answers_are_all_empty_says_so",
        ),
    ),
    Mutant(
        "a peak at the end counts as a threshold",
        "metrics/_early_classification.py",
        "order = order[read_more[order] > 0]",
        "order = order[read_more[order] >= 0]",
        ("tests/metrics/test_early_classification.py::test_two_sequences_by_hand",),
    ),
    Mutant(
        "a span half right is a hit",
        "metrics/_spans.py",
        "i[(true.stops[i] == pred.stops[j]) & (true.types[i] == pred.types[j])]",
        "i[true.types[i] == pred.types[j]]",
        (
            "tests/metrics/test_spans.py"
            "::test_the_f1_score_is_that_of_the_sets_of_spans",
        ),
    ),
    Mutant(
        "a span of another type is a hit",
        "metrics/_spans.py",
        "i[(true.stops[i] == pred.stops[j]) & (true.types[i] == pred.types[j])]",
        "i[true.stops[i] == pred.stops[j]]",
        ("tests/metrics/test_spans.py::test_scores_worked_by_hand",),
    ),
    Mutant(
        "frequent labels count more in the mean over labels",
        "metrics/_flat.py",
        'average: str | None = "macro",',
        'average: str | None = "weighted",',
        ("tests/metrics/test_flat.py::test_f1_worked_by_hand",),
    ),
    Mutant(
        "the weight of a row does not count for its spans",
        "metrics/_spans.py",
        "None if weights is None else weights[some.starts]",
        "None",
        ("tests/metrics/test_spans.py::test_weights_worked_by_hand",),
    ),
    Mutant(
        "a span goes on in the next row",
        "metrics/_spans.py",
        "continues[np.cumsum(lengths)] = False",
        "pass",
        ("tests/metrics/test_spans.py::test_figures_are_those_of_seqeval",),
    ),
    Mutant(
        "strict spans may begin with I",
        "metrics/_spans.py",
        "whole = np.isin(ends, ENDS[scheme])",
        "whole = np.ones(len(starts), dtype=bool)",
        ("tests/metrics/test_spans.py::test_bio_spans_worked_by_hand",),
    ),
    Mutant(
        "an error rate is the mean of those of the sequences",
        "metrics/_edits.py",
        "return all_edits / all_labels",
        "return float(np.mean(edits))",
        ("tests/metrics/test_error_rate.py::test_rates_worked_by_hand",),
    ),
    Mutant(
        "a label cannot be left out",
        "metrics/_edits.py",
        "left_out = table + 1",
        "left_out = table + 2",
        (
            "tests/metrics/test_edits.py"
            "::test_edits_of_all_short_pairs_are_those_of_the_definition",
        ),
    ),
    Mutant(
        "transposed references are compared",
        "metrics/_pairs.py",
        "if len(true) != len(pred) or kinds[0] != kinds[1]:",
        "if False:",
        ("tests/metrics/test_error_rate.py::test_transposed_references_are_noticed",),
    ),
    Mutant(
        "the windows of a run end one step late",
        "forecasting/_window_products.py",
        "values[runs.stops[some, np.newaxis] + steps]",
        "values[runs.stops[some, np.newaxis] - 1 + steps]",
        ("tests/forecasting/test_window_products.py",),
    ),
    Mutant(
        "a window counts whose targets were not observed",
        "forecasting/_window_products.py",
        "ahead = sums[window + horizon :] - sums[window : len(one) - horizon + 1]",
        "ahead = sums[-1:]",
        ("tests/forecasting/test_window_products.py",),
    ),
    Mutant(
        "held-out windows read nothing of the training part",
        "forecasting/_ridge.py",
        "one[max(0, cut - window) :]",
        "one[cut:]",
        ("tests/forecasting/test_ridge.py",),
    ),
    Mutant(
        "a mixture shares beyond its bounds",
        "forecasting/_mixture.py",
        "return float(np.clip(between @ (y - q) / squares, 0.0, 1.0))",
        "return float(between @ (y - q) / squares)",
        ("tests/forecasting/test_mixture.py",),
    ),
    Mutant(
        "a conformal quantile forgets the score to come",
        "forecasting/_conformal.py",
        "(n_scores + 1) * level",
        "n_scores * level",
        ("tests/forecasting/test_conformal.py",),
    ),
    Mutant(
        "each side of a band is moved by itself",
        "forecasting/_conformal.py",
        "scores = missed[..., [i, *partner]].max(axis=-1)",
        "scores = missed[..., i]",
        ("tests/forecasting/test_conformal.py",),
    ),
    Mutant(
        "the best is taken and not the simplest",
        "forecasting/_simplest.py",
        "worse_by.mean(axis=1) <= standard_error",
        "worse_by.mean(axis=1) <= 0.0",
        ("tests/forecasting/test_simplest.py",),
    ),
    Mutant(
        "one standard error is enough against the last value",
        "forecasting/_simplest.py",
        "better_by.mean() > 2 * standard_error",
        "better_by.mean() > standard_error",
        ("tests/forecasting/test_simplest.py::test_two_standard_errors_are_clear",),
    ),
    Mutant(
        "an earlier part is forecast from what was learnt later",
        "forecasting/_earlier_parts.py",
        "fill_forward(one[: len(one) - part * n])",
        "fill_forward(one[: len(one) - n])",
        ("tests/forecasting/test_earlier_parts.py",),
    ),
    Mutant(
        "earlier parts have no say against the last value",
        "estimators/_forecast_rule.py",
        "better_by = np.append(better_by, blocks[0] - blocks[chosen])",
        "better_by = blocks[0] - blocks[chosen]",
        ("tests/estimators/test_forecast_rule.py",),
    ),
    Mutant(
        "what is hard for all candidates widens the error",
        "forecasting/_simplest.py",
        "standard_error = worse_by.std(",
        "standard_error = block_errors.std(",
        ("tests/forecasting/test_simplest.py",),
    ),
    Mutant(
        "a step that was not observed counts in the score of a forecast",
        "metrics/_forecasts.py",
        "* np.isfinite(true)\n",
        "\n",
        ("tests/metrics/test_forecasts.py",),
    ),
    Mutant(
        "a series without a scale makes the score infinite",
        "metrics/_forecasts.py",
        "usable = np.isfinite(unit) & (unit > 0.0)",
        "usable = np.isfinite(unit) & (unit >= 0.0)",
        ("tests/metrics/test_forecasts.py",),
    ),
    Mutant(
        "the naive error forgets the season",
        "metrics/_naive_error.py",
        "error = _mean_difference(values, period)",
        "error = _mean_difference(values, 1)",
        ("tests/metrics/test_forecasts.py",),
    ),
    Mutant(
        "all series of a panel have the scale of the first",
        "metrics/_forecast_scorers.py",
        "place = {name: i for i, name",
        "place = {name: 0 for i, name",
        ("tests/metrics/test_forecast_scorers.py",),
    ),
    Mutant(
        "a pipeline scores the forecast of what it was given",
        "metrics/_last_step.py",
        "X = estimator[:-1].transform(X)",
        "pass",
        ("tests/metrics/test_forecast_scorers.py",),
    ),
    Mutant(
        "a scorer takes the smaller loss for the worse",
        "metrics/_forecast_scorers.py",
        "return -mase(",
        "return mase(",
        ("tests/metrics/test_forecast_scorers.py",),
    ),
    Mutant(
        "a fold is trained on a time that it tests",
        "forecasting/_time_blocks.py",
        "is_train = steps.time < start",
        "is_train = steps.time <= start",
        ("tests/forecasting/test_time_blocks.py",),
    ),
    Mutant(
        "a series without a past is tested",
        "forecasting/_time_blocks.py",
        "known = np.isin(steps.series, np.unique(steps.series[is_train]))",
        "known = True",
        ("tests/forecasting/test_time_blocks.py",),
    ),
    Mutant(
        "series without times begin together",
        "forecasting/_steps.py",
        "return place + (counts.max() - counts)[of_series]",
        "return place",
        ("tests/forecasting/test_time_blocks.py",),
    ),
    Mutant(
        "a backtest shows the first step it asks for",
        "forecasting/_backtest.py",
        "(start <= self.steps.time) & (self.steps.time < stop)",
        "(start <= self.steps.time) & (self.steps.time <= stop)",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a backtest fits the transformers of a pipeline once",
        "forecasting/_backtest.py",
        "clone(self._template).fit(*self._past.known(0, origin))",
        "clone(self._template).fit(*self._past.known(0, 25))",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a backtest forgets what came between two origins",
        "forecasting/_backtest.py",
        "        forecaster.update(X, y)\n",
        "        pass\n",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a backtest trains at each origin",
        "forecasting/_backtest.py",
        "if i == 0 or (every and i % every == 0):",
        "if True:",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "the naive forecast of a backtest looks ahead",
        "forecasting/_backtest.py",
        "filled[(origins - period)[:, np.newaxis]",
        "filled[origins[:, np.newaxis]",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a series without a past is asked for in a backtest",
        "forecasting/_backtest.py",
        "rows = rows[np.isin(self.steps.series[rows], have_past)]\n        return",
        "return",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a backtest scales by what came later",
        "forecasting/_backtest.py",
        "seasonal_naive_error(flat[:origin], period) for origin in origins",
        "seasonal_naive_error(flat, period) for origin in origins",
        ("tests/forecasting/test_backtest.py",),
    ),
    Mutant(
        "a band is drawn from neighbouring quantiles",
        "inspection/_forecast.py",
        "upper = self.quantile_forecasts[:, -1 - i]",
        "upper = self.quantile_forecasts[:, 1 + i]",
        ("tests/inspection/test_forecast.py",),
    ),
    Mutant(
        "the first series is drawn whatever was asked for",
        "inspection/_forecast.py",
        "rows = np.flatnonzero(names == chosen)",
        "rows = np.flatnonzero(names == names[0])",
        ("tests/inspection/test_forecast.py",),
    ),
    Mutant(
        "the naive error is drawn for each display",
        "inspection/_backtest.py",
        "if not _has_line(axes, self.naive_error_by_step):",
        "if True:",
        ("tests/inspection/test_backtest.py",),
    ),
    Mutant(
        "shops have the week of the first day they open",
        "datasets/_sales.py",
        "-0.1, -0.15, -0.1, 0.0, 0.15, 0.4, -0.2",
        "-0.15, -0.1, 0.0, 0.15, 0.4, -0.2, -0.1",
        ("tests/datasets/test_sales.py",),
    ),
    Mutant(
        "passengers do not grow",
        "datasets/_sales.py",
        "np.log(110.0) + 0.01 * t - season",
        "np.log(110.0) - season",
        ("tests/datasets/test_sales.py",),
    ),
    Mutant(
        "a series that came later has no naive error",
        "estimators/_series_pasts.py",
        "naive_error = seasonal_naive_error(values, self.period_)",
        "naive_error = np.full(self._n_targets, np.nan)",
        ("tests/metrics/test_forecast_scorers.py",),
    ),
    Mutant(
        "a window that gaps leave little of is taken",
        "forecasting/_ridge.py",
        "if 2 * one[2] >= most[0] and 2 * one[3] >= most[1]",
        "if one[2]",
        ("tests/forecasting/test_ridge.py",),
    ),
    Mutant(
        "a forecaster reads the usual window whatever is held out",
        "estimators/_forecast_fit.py",
        "return choose_window(",
        "return usual or choose_window(",
        ("tests/estimators/test_forecast_window.py",),
    ),
    Mutant(
        "training that goes on chooses a window of its own",
        "estimators/_forecast_fit.py",
        "if learnt is not None:  # the network goes on as it is",
        "if False:",
        ("tests/estimators/test_forecast_window.py",),
    ),
    Mutant(
        "a part of a block counts for a whole one",
        "forecasting/_simplest.py",
        "block = steps * n_blocks // span",
        "block = steps // length",
        ("tests/forecasting/test_simplest.py",),
    ),
    Mutant(
        "a dash of Morse code is no longer than a dot",
        "datasets/_morse.py",
        '"-": [1.0, 1.0, 1.0]',
        '"-": [1.0]',
        ("tests/datasets/test_morse.py::test_a_clear_signal_is_read_off",),
    ),
    Mutant(
        "an alignment is drawn with the probabilities of the neighbours",
        "inspection/_alignment.py",
        "for column, label in enumerate(self.classes.tolist(), 1):",
        "for column, label in enumerate(self.classes.tolist()):",
        (
            "tests/inspection/test_alignment.py"
            "::test_a_given_answer_is_drawn_where_it_is_aligned",
        ),
    ),
    Mutant(
        "a search is drawn as an ONNX graph",
        "persistence/_onnx.py",
        'if hasattr(estimator, "predict_n_best"):',
        "if False:",
        ("tests/persistence/test_onnx.py::test_answers_of_a_search_are_refused",),
    ),
    Mutant(
        "generators draw from the global random state",
        "datasets/_generators.py",
        "return np.random.RandomState()",
        "return np.random.mtrand._rand",
        (
            "tests/datasets/test_generators.py"
            "::test_the_global_random_state_is_neither_drawn_from_nor_changed",
        ),
    ),
    Mutant(
        "classes of generated data differ in size",
        "datasets/_generators.py",
        "random.permutation(np.arange(n_samples, dtype=np.int64) % n_classes)",
        "random.randint(n_classes, size=n_samples)",
        ("tests/datasets/test_generators.py::test_classes_are_of_the_same_size",),
    ),
    Mutant(
        "both marks of the adding problem are in its second half",
        "datasets/_generators.py",
        "first = random.randint(0, halves)",
        "first = random.randint(halves, lengths)",
        (
            "tests/datasets/test_generators.py"
            "::test_each_half_of_a_sequence_has_one_marked_step",
        ),
    ),
    Mutant(
        "the class is not the first symbol",
        "datasets/_generators.py",
        "symbols[:, 0] = y",
        "symbols[:, -1] = y",
        ("tests/datasets/test_generators.py::test_the_class_is_the_first_symbol",),
    ),
    Mutant(
        "one activity follows any other",
        "datasets/_generators.py",
        "% 2 == 0\n    return np.where(walks, 0,",
        "% 2 == 0\n    return np.where(walks & False, 0,",
        (
            "tests/datasets/test_generators.py"
            "::test_from_one_activity_to_another_the_way_leads_by_walking",
        ),
    ),
    Mutant(
        "gaps of the carbon dioxide are filled",
        "datasets/_bundled.py",
        '[value or "nan" for value in co2]',
        '[value or "350" for value in co2]',
        ("tests/datasets/test_bundled.py::test_co2_keeps_its_gaps",),
    ),
    Mutant(
        "the mean counts padded steps",
        "nn/_poolings.py",
        "total / encoded.lengths.unsqueeze(1)",
        "total / encoded.outputs.shape[1]",
        ("tests/nn/test_poolings.py::test_pooling_agrees_with_work_by_hand",),
    ),
    Mutant(
        "attention looks at padding",
        "nn/_poolings.py",
        "_fill_padding(self._score(outputs), lengths, -torch.inf)",
        "_fill_padding(self._score(outputs), lengths, 0.0)",
        (
            "tests/nn/test_poolings.py"
            "::test_attention_weights_sum_to_one_over_real_steps",
        ),
    ),
    Mutant(
        "the last state is that of the first step",
        "nn/_poolings.py",
        "return outputs.transpose(0, 1)[lengths - 1, rows]",
        "return outputs.transpose(0, 1)[lengths * 0, rows]",
        ("tests/nn/test_poolings.py::test_pooling_agrees_with_work_by_hand",),
    ),
    Mutant(
        "the backward half is read at the last step",
        "nn/_poolings.py",
        "torch.stack([2 * last, 2 * first + 1], dim=1)",
        "torch.stack([2 * last, 2 * last + 1], dim=1)",
        ("tests/nn/test_poolings.py::test_pooling_agrees_with_work_by_hand",),
    ),
    Mutant(
        "dropout precedes the first layer too",
        "nn/_encoder.py",
        "inputs = outputs if k == 0 else self.dropout(outputs)",
        "inputs = self.dropout(outputs)",
        ("tests/nn/test_encoder.py::test_dropout_lies_between_the_layers_only",),
    ),
    Mutant(
        "the forget gate of the LSTM begins half open",
        "nn/kernels/_lstm.py",
        "nn.init.ones_(",
        "nn.init.zeros_(",
        (
            "tests/nn/kernels/test_make.py"
            "::test_biases_start_at_zero_but_for_the_forget_gate_of_the_lstm",
        ),
    ),
    Mutant(
        "recurrent weights begin anywhere",
        "nn/kernels/_torch_cell.py",
        "nn.init.orthogonal_(gate, generator=generator)",
        "nn.init.xavier_uniform_(gate, generator=generator)",
        (
            "tests/nn/kernels/test_make.py"
            "::test_each_gate_starts_orthogonal_and_glorot_uniform",
        ),
    ),
    Mutant(
        "input weights begin beyond Glorot's bound",
        "nn/kernels/_torch_cell.py",
        "nn.init.xavier_uniform_(gate, generator=generator)",
        "nn.init.xavier_normal_(gate, generator=generator)",
        (
            "tests/nn/kernels/test_make.py"
            "::test_each_gate_starts_orthogonal_and_glorot_uniform",
        ),
    ),
    Mutant(
        "padding is trained",
        "nn/_embedding.py",
        "            padding_idx=padding_idx,\n",
        "",
        ("tests/nn/test_embedding.py::test_padding_is_zero_and_stays_zero",),
    ),
    Mutant(
        "the unknown word is the mean of itself and the others",
        "nn/_embedding.py",
        "known[padding_idx] = known[unknown_idx] = False",
        "known[padding_idx] = False",
        (
            "tests/nn/test_embedding.py"
            "::test_unknown_becomes_the_mean_of_the_known_after_training",
        ),
    ),
    Mutant(
        "the Huber loss stays squared",
        "nn/_losses.py",
        'functional.huber_loss(outputs, target, reduction="none")',
        "((outputs - target).square() / 2)",
        ("tests/nn/test_losses.py::test_the_loss_agrees_with_work_by_hand",),
    ),
    Mutant(
        "a quantile minds both sides alike",
        "nn/_losses.py",
        "(quantile - 1) * error",
        "-quantile * error",
        ("tests/nn/test_losses.py::test_a_high_quantile_minds_low_predictions_more",),
    ),
    Mutant(
        "the best constant of Huber's loss is the median",
        "nn/_losses.py",
        "constant = constant - slope.sign() / 2**halving",
        "pass",
        ("tests/nn/test_losses.py::test_no_other_constant_has_a_smaller_loss",),
    ),
    Mutant(
        "weights do not move the best constants",
        "nn/_losses.py",
        "return weight.detach().cpu().double()",
        "return torch.ones(len(target), dtype=torch.float64)",
        ("tests/nn/test_losses.py::test_no_other_constant_has_a_smaller_loss",),
    ),
    Mutant(
        "a class without examples starts at minus infinity",
        "nn/_losses.py",
        "return shares.clamp(min=SMALLEST_SHARE).log()",
        "return shares.log()",
        ("tests/nn/test_losses.py::test_what_never_occurs_gets_a_finite_constant",),
    ),
    Mutant(
        "training starts at zero",
        "_training/_net.py",
        "    if starts:",
        "    if False:",
        (
            "tests/estimators/test_output_bias.py"
            "::test_a_fit_starts_at_the_best_constants",
        ),
    ),
    Mutant(
        "at the start all targets count alike",
        "nn/heads/_head.py",
        "target.values, target.weight, n_outputs",
        "target.values, None, n_outputs",
        (
            "tests/estimators/test_output_bias.py"
            "::test_rows_count_by_their_weight_and_validation_data_not_at_all",
        ),
    ),
    Mutant(
        "a fit that goes on starts its bias anew",
        "estimators/_base.py",
        'how |= {"starts": before is None,',
        'how |= {"starts": True,',
        (
            "tests/estimators/test_output_bias.py"
            "::test_a_fit_that_goes_on_keeps_its_bias",
        ),
    ),
    Mutant(
        "partial_fit starts from the classes of its first part",
        "_training/_net.py",
        "starts: bool = False,",
        "starts: bool = True,",
        ("tests/estimators/test_output_bias.py::test_partial_fit_starts_at_zero",),
    ),
    Mutant(
        "of several heads none starts at the best constants",
        "nn/heads/_sum.py",
        "head.start(target)",
        "pass",
        ("tests/estimators/test_output_bias.py::test_each_of_several_heads_starts",),
    ),
    Mutant(
        "a loss of one's own may be a single number",
        "nn/_losses.py",
        "if loss.shape != outputs.shape[:1]:",
        "if False:",
        (
            "tests/nn/test_losses.py"
            "::test_a_loss_that_is_not_one_number_per_target_is_refused",
        ),
    ),
    Mutant(
        "a loss may be the same for whatever outputs",
        "nn/_losses.py",
        "_gradient(given, some, other).any()",
        "_gradient(given, some, other) is not None",
        (
            "tests/estimators/test_targets.py"
            "::test_a_loss_for_another_target_is_refused",
        ),
    ),
    Mutant(
        "a loss is tried on the first rows alone",
        "nn/_losses.py",
        "for other in _other_targets(target, outputs.shape[1])",
        "for other in [target]",
        (
            "tests/nn/test_losses.py"
            "::test_a_loss_that_is_flat_for_the_first_rows_only_passes",
        ),
    ),
    Mutant(
        "our own losses are not tried",
        "_training/_net.py",
        "not isinstance(loss, Loss) or loss.is_named",
        'type(loss).__name__ != "OwnLoss"',
        (
            "tests/estimators/test_targets.py"
            "::test_a_loss_for_another_target_is_refused",
        ),
    ),
    Mutant(
        "a link that nobody heeds is taken",
        "estimators/targets/_scaled.py",
        'if self.link not in ("identity", "log") and',
        "if False and",
        (
            "tests/estimators/test_targets.py"
            "::test_a_loss_for_another_target_is_refused",
        ),
    ),
    Mutant(
        "every partial function is the same loss",
        "estimators/targets/_target.py",
        "while isinstance(loss, partial):",
        "while False:",
        (
            "tests/estimators/test_targets.py"
            "::test_a_warm_start_knows_a_loss_by_its_function_and_its_link",
        ),
    ),
    Mutant(
        "a warm start takes another link",
        "estimators/targets/_scaled.py",
        '            "loss.link": self.link,\n',
        "",
        (
            "tests/estimators/test_targets.py"
            "::test_a_warm_start_knows_a_loss_by_its_function_and_its_link",
        ),
    ),
    Mutant(
        "a cell is tried without gradients",
        "nn/kernels/_make.py",
        "torch.set_grad_enabled(learns)",
        "torch.no_grad()",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a pooling is tried without gradients",
        "nn/_poolings.py",
        "_explained(name), torch.enable_grad()",
        "_explained(name)",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "cross-entropy takes labels for shares of classes",
        "nn/_losses.py",
        "if target.ndim != 1:  # torch",
        "if False:  # torch",
        (
            "tests/estimators/test_targets.py"
            "::test_a_loss_for_another_target_is_refused",
        ),
    ),
    Mutant(
        "counts do not matter to the Poisson loss",
        "nn/_losses.py",
        "outputs.exp() - _as_outputs(target, outputs) * outputs",
        "outputs.exp() - _as_outputs(target, outputs)",
        ("tests/nn/test_losses.py::test_the_loss_agrees_with_work_by_hand",),
    ),
    Mutant(
        "a sequence alone is computed alone",
        "nn/kernels/_exact.py",
        "n_missing = -x.shape[-2] % n_rows",
        "n_missing = 0",
        ("tests/nn/kernels/test_exact.py::test_a_row_gets_the_same_bits_at_any_place",),
    ),
    Mutant(
        "long rows of a small network come as few as of a large one",
        "_training/_data.py",
        "max(8 * PREDICTION_STEPS, PREDICTION_NUMBERS // n_units)",
        "8 * PREDICTION_STEPS",
        (
            "tests/_training/test_data.py"
            "::test_very_long_rows_are_few_in_a_prediction_batch",
        ),
    ),
    Mutant(
        "one thread predicts, whatever n_jobs says",
        "_training/_net.py",
        "if pool is None or len(plan) == 1:",
        "if True:",
        (
            "tests/estimators/test_parallel.py"
            "::test_batches_of_a_prediction_are_read_in_other_threads",
        ),
    ),
    Mutant(
        "each of two directions gets the gradient of the first",
        "nn/_threads.py",
        "torch.autograd.grad(outputs, asked, grads[k])",
        "torch.autograd.grad(outputs, asked, grads[0])",
        ("tests/nn/test_threads.py",),
    ),
    Mutant(
        "threads of torch are not limited in a pool",
        "_training/_threads.py",
        "initializer=_limit_worker",
        "initializer=None",
        (
            "tests/estimators/test_parallel.py"
            "::test_batches_of_a_prediction_are_read_in_other_threads",
        ),
    ),
    Mutant(
        "dropout does not scale what it keeps",
        "nn/_dropout.py",
        "x * mask.mul_(N_DRAWS / (N_DRAWS - n_dropped))",
        "x * mask",
        (
            "tests/nn/test_dropout.py"
            "::test_one_minus_p_of_the_elements_is_kept_and_scaled_up",
        ),
    ),
    Mutant(
        "equal rows lose all weights but one",
        "sequences/_canonical.py",
        "np.add.reduceat(weights[order], starts)",
        "weights[order][starts]",
        ("tests/sequences/test_canonical.py::test_the_set_is_that_of_a_dict_of_bytes",),
    ),
    Mutant(
        "the order of the steps does not count",
        "sequences/_canonical.py",
        "keyed += (positions + np.uint64(1)) * WEYL",
        "keyed += WEYL",
        ("tests/sequences/test_canonical.py::test_the_set_is_that_of_a_dict_of_bytes",),
    ),
    Mutant(
        "missing ids are no padding",
        "sequences/_tokens.py",
        "values = np.where(np.isnan(values), 0, values)",
        "values = values + 0",
        (
            "tests/sequences/test_values.py::test_missing_token_ids_at_the_end_are_padding",
        ),
    ),
    Mutant(
        "clocks must be exact",
        "sequences/_time_index.py",
        "ALIKE = 6",
        "ALIKE = 1000",
        ("tests/sequences/test_time_index.py::test_regular_series_are_cut",),
    ),
    Mutant(
        "codes of categories are numbers",
        "sequences/_frames.py",
        "    if not categories:\n",
        "    if categories:\n",
        (
            "tests/sequences/test_columns.py::test_codes_of_categories_are_told_by_the_pipeline_or_the_frame",
        ),
    ),
    Mutant(
        "codes within a ColumnTransformer are not found",
        "sequences/_ambiguity.py",
        'getattr(step, "steps", getattr(step, "transformers", ()))',
        'getattr(step, "steps", ())',
        (
            "tests/sequences/test_columns.py::test_codes_of_categories_are_told_by_the_pipeline_or_the_frame",
        ),
    ),
    Mutant(
        "padding in front beside numbers is not seen",
        "sequences/_columns.py",
        "chain(_blocks(X), _blocks_in_front(X))",
        "chain(_blocks(X))",
        ("tests/sequences/test_columns.py::test_ids_beside_other_columns_are_named",),
    ),
    Mutant(
        "labels in a column of a frame are cut to the steps",
        "sequences/_ragged_targets.py",
        "        return y if cells is None else list(cells[:, 0])\n",
        "        return y\n",
        (
            "tests/sequences/test_ragged_targets.py::test_a_frame_with_a_column_of_labels_is_read_without_cutting",
        ),
    ),
    Mutant(
        "missing weights have no place",
        "estimators/_base.py",
        '            refuse_missing(sample_weight, "sample_weight")\n',
        "",
        ("tests/estimators/test_bad_input.py",),
    ),
    Mutant(
        "accents of the last characters are not stripped",
        "text/_analyzers.py",
        "for i in range(0, len(text), CHUNK))",
        "for i in range(0, len(text) - CHUNK, CHUNK))",
        ("tests/text/test_analyzers.py::test_accents_are_stripped_in_linear_time",),
    ),
    Mutant(
        "logits may be logarithms of rates",
        "estimators/targets/_classes.py",
        'LINKS = ("logit",',
        'LINKS = ("log", "logit",',
        (
            "tests/estimators/test_targets.py::test_a_loss_for_another_target_is_refused",
        ),
    ),
    Mutant(
        "columns named by numbers are forgotten after fit",
        "sequences/_validation.py",
        "        estimator._column_names = columns\n",
        "        pass\n",
        (
            "tests/sequences/test_frames.py::test_columns_without_text_names_are_matched_too",
        ),
    ),
    Mutant(
        "labels of rows may come in any order",
        "sequences/_frames.py",
        "        _refuse_other_orders(members)\n",
        "",
        (
            "tests/sequences/test_frames.py::test_rows_with_labels_in_several_orders_are_refused",
        ),
    ),
    Mutant(
        "targets may be text that reads as numbers",
        "sequences/_targets.py",
        "        refuse_numbers_as_text(y)\n",
        "",
        (
            "tests/sequences/test_values.py::test_targets_without_an_order_or_as_text_are_refused",
        ),
    ),
    Mutant(
        "padding is the first token again",
        "sequences/_sequences.py",
        "        padded[np.arange(n_timesteps) <",
        "        padded[:] = values[0]\n        padded[np.arange(n_timesteps) <",
        (
            "tests/sequences/test_sequences.py"
            "::test_padding_is_zero_and_as_long_as_the_longest_chosen",
        ),
    ),
    Mutant(
        "windows over a series are copied at the door",
        "sequences/_numbers.py",
        "return X.size > 0 and 0 <= by_row // by_step < X.shape[1]",
        "return False",
        ("tests/sequences/test_windows.py::test_the_door_keeps_windows_as_views",),
    ),
    Mutant(
        "a fit copies the windows that it hashes",
        "sequences/_canonical.py",
        "_hash_segments(sequences.storage, sequences.offsets, sequences.starts)",
        "_hash_segments(sequences.values, sequences.offsets)",
        (
            "tests/sequences/test_windows.py::test_a_fit_copies_no_more_than_a_batch_of_windows",
        ),
    ),
    Mutant(
        "padding of windows is not cut",
        "sequences/_numbers.py",
        "_without_padding(_read_windows(X))",
        "_read_windows(X)",
        (
            "tests/sequences/test_windows.py::test_missing_values_in_windows_are_met_as_in_their_copy",
        ),
    ),
    Mutant(
        "a step that lacks one value is padding",
        "sequences/_numbers.py",
        "if np.isnan(last_steps).all(axis=1).any():\n"
        "        padding = np.isnan(values).all(axis=1)",
        "if np.isnan(last_steps).any():\n"
        "        padding = np.isnan(values).any(axis=1)",
        (
            "tests/sequences/test_validation.py"
            "::test_bad_values_are_refused_with_a_reason",
        ),
    ),
    Mutant(
        "a missing value inside a sequence is read",
        "sequences/_validation.py",
        "check_finite(sequences, allow_nan=allow_nan)",
        "check_finite(sequences, allow_nan=True)",
        (
            "tests/sequences/test_validation.py"
            "::test_bad_values_are_refused_with_a_reason",
        ),
    ),
    Mutant(
        "an empty sequence is read",
        "sequences/_padding.py",
        "if empty.any():",
        "if False:",
        (
            "tests/sequences/test_validation.py"
            "::test_bad_values_are_refused_with_a_reason",
        ),
    ),
    Mutant(
        "numbers are read where fit saw token ids",
        "sequences/_validation.py",
        "if kind != estimator.input_kind_:",
        "if False:",
        (
            "tests/sequences/test_validation.py"
            "::test_another_kind_or_width_than_in_fit_is_refused",
        ),
    ),
    Mutant(
        "token ids keep the length of fit",
        "sequences/_validation.py",
        'if kind != "tokens" and width != expected:',
        "if width != expected:",
        ("tests/sequences/test_validation.py::test_token_ids_may_have_any_length",),
    ),
    Mutant(
        "numbers with features keep the length of fit",
        "sequences/_validation.py",
        'return read_cube(array), "multivariate", array.shape[2]',
        'return read_cube(array), "multivariate", array.shape[1]',
        (
            "tests/sequences/test_validation.py"
            "::test_numbers_with_features_may_have_any_length",
        ),
    ),
    Mutant(
        "several horizons are rows",
        "sequences/_windows.py",
        "steps[np.add.outer(last, ahead)]",
        "steps[np.add.outer(ahead, last)]",
        (
            "tests/sequences/test_windows.py"
            "::test_the_axes_follow_the_series_and_the_horizons",
        ),
    ),
    Mutant(
        "columns of frames keep their order",
        "sequences/_frames.py",
        "array = array[:, [here.index(title) for title in expected]]",
        "pass",
        ("tests/sequences/test_frames.py::test_columns_are_matched_by_name",),
    ),
    Mutant(
        "frames are read by the names of their first row, not by those of fit",
        "sequences/_frames.py",
        'expected, source = list(names), "fit saw"',
        "pass",
        ("tests/sequences/test_frames.py::test_columns_are_matched_by_name",),
    ),
    Mutant(
        "what lies under a mask is data",
        "sequences/_values.py",
        "values[mask] = missing",
        "pass",
        ("tests/sequences/test_values.py::test_masked_values_are_missing",),
    ),
    Mutant(
        "masked labels are labels",
        "sequences/_values.py",
        "labels[np.ma.getmaskarray(data)] = None",
        "pass",
        ("tests/sequences/test_values.py::test_masked_values_are_missing",),
    ),
    Mutant(
        "dates among objects are numbers",
        "sequences/_values.py",
        "if _is_of_dates(sort):",
        "if False:",
        ("tests/sequences/test_values.py::test_dates_are_no_numbers",),
    ),
    Mutant(
        "windows cross from one series into the next",
        "sequences/_windows.py",
        "if is_panel(series):",
        "if False:",
        (
            "tests/sequences/test_time_index.py"
            "::test_windows_never_cross_from_one_series_into_the_next",
        ),
    ),
    Mutant(
        "a series may run backwards",
        "sequences/_time_index.py",
        "if back.any():",
        "if False:",
        (
            "tests/sequences/test_time_index.py"
            "::test_irregular_series_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "months are of unequal length",
        "sequences/_time_index.py",
        "return inferred_frequency(index) is not None",
        "return False",
        ("tests/sequences/test_time_index.py::test_regular_series_are_cut",),
    ),
    Mutant(
        "long tables are series in rows",
        "sequences/_validation.py",
        "refuse_long(X)",
        "pass",
        (
            "tests/sequences/test_long_frames.py"
            "::test_a_long_table_is_refused_and_the_remedy_works",
        ),
    ),
    Mutant(
        "tables of counts are long",
        "sequences/_long_frames.py",
        "bool(rises[same].all()) and by_chance < np.log(CHANCE)",
        "bool(rises[same].any())",
        (
            "tests/sequences/test_long_frames.py"
            "::test_a_table_of_counts_is_a_series_in_each_row",
        ),
    ),
    Mutant(
        "gaps of a series are filled",
        "sequences/_windows.py",
        'steps = to_values(series, "series")',
        'steps = np.nan_to_num(to_values(series, "series"))',
        ("tests/sequences/test_windows.py::test_gaps_stay_where_they_are",),
    ),
    Mutant(
        "texts are cut after words are counted",
        "text/_vectorizer.py",
        "ids, offsets, n_cut = self._encode(X, look_up, self.max_length, writer)\n"
        "            self.vocabulary_, final",
        "ids, offsets, n_cut = self._encode(X, look_up, None, writer)\n"
        "            self.vocabulary_, final",
        (
            "tests/text/test_vectorizer.py"
            "::test_fitting_with_max_length_is_fitting_on_cut_documents",
        ),
    ),
    Mutant(
        "a text is read as a list of tokens",
        "text/_vectorizer.py",
        "if is_text != texts:",
        "if False:",
        (
            "tests/text/test_vectorizer.py"
            "::test_texts_and_lists_of_tokens_are_not_mixed",
        ),
    ),
    Mutant(
        "a row that fills a gap takes the target away",
        "sequences/_from_frame.py",
        "firsts[rows, i] = table[there[places], i]",
        "pass",
        (
            "tests/sequences/test_from_frame.py"
            "::test_a_row_that_fills_a_gap_needs_no_target",
        ),
    ),
    Mutant(
        "a past of numbers begins in 1970",
        "inspection/_forecast.py",
        "past_times = _dates_before(times[0], len(past), forecaster.freq_)",
        "pass",
        (
            "tests/inspection/test_forecast.py"
            "::test_a_past_without_dates_ends_where_the_forecast_begins",
        ),
    ),
    Mutant(
        "an empty token has no character",
        "text/_characters.py",
        "tokens = [token or REPLACEMENT for token in tokens",
        "tokens = [token for token in tokens",
        (
            "tests/text/test_characters.py"
            "::test_characters_follow_ids_in_a_hand_worked_example",
        ),
    ),
    Mutant(
        "a CRF is exported as if it were a softmax",
        "persistence/_onnx.py",
        'if estimator._settings.get("output") == "crf":',
        "if False:",
        ("tests/persistence/test_onnx.py::test_a_chain_of_labels_is_refused",),
    ),
    Mutant(
        "a part of one's own is exported as one of ours",
        "persistence/_onnx.py",
        "if isinstance(value, type) and value not in KNOWN_PARTS:",
        "if False:",
        ("tests/persistence/test_onnx.py::test_a_part_of_ones_own_is_refused",),
    ),
    Mutant(
        "words with their characters are exported without them",
        "persistence/_onnx.py",
        "if estimator.characters_ is not None:\n        raise",
        "if False:\n        raise",
        (
            "tests/persistence/test_onnx.py::test_words_with_their_characters_are_refused",
        ),
    ),
    Mutant(
        "logarithms are those of rounded probabilities",
        "estimators/targets/_labels.py",
        "return log_expit(logits)",
        "return np.log(expit(logits))",
        (
            "tests/estimators/test_invariance.py"
            "::test_logarithms_of_probabilities_that_round_to_0_are_finite",
        ),
    ),
    Mutant(
        "another number of features than in fit is read",
        "sequences/_validation.py",
        'if kind != "tokens" and width != expected:',
        "if False:",
        (
            "tests/sequences/test_validation.py"
            "::test_another_kind_or_width_than_in_fit_is_refused",
        ),
    ),
    Mutant(
        "single precision becomes double",
        "sequences/_numbers.py",
        "REAL = [np.float64, np.float32]",
        "REAL = [np.float64]",
        (
            "tests/sequences/test_validation.py"
            "::test_single_and_double_precision_are_kept",
        ),
    ),
    Mutant(
        "reading token ids copies them",
        "sequences/_tokens.py",
        "return Sequences(values.astype(np.int32, copy=False), offsets)",
        "return Sequences(values.astype(np.int32), offsets)",
        ("tests/sequences/test_validation.py::test_memory_is_shared_where_it_can_be",),
    ),
    Mutant(
        "positions beyond the first chunk are not looked at",
        "sequences/_tokens.py",
        "for steps, rows, counts in iterate_chunks(offsets, CHUNK)\n",
        "for steps, rows, counts in [*iterate_chunks(offsets, CHUNK)][:1]\n",
        (
            "tests/sequences/test_validation.py"
            "::test_a_gap_in_a_large_sparse_matrix_is_found",
        ),
    ),
    Mutant(
        "tokens are counted in the last chunk only",
        "_training/_token_reader.py",
        "        found[: len(counts)] += counts\n",
        "",
        ("tests/_training/test_token_reader.py::test_ids_are_counted_over_all_chunks",),
    ),
    Mutant(
        "counts of words are read as token ids",
        "sequences/_tokens.py",
        "_refuse_gaps(X.indices != step_positions(lengths), offsets, X)",
        "pass",
        (
            "tests/sequences/test_validation.py"
            "::test_bad_values_are_refused_with_a_reason",
        ),
    ),
    Mutant(
        "token ids made dense are read as numbers without a warning",
        "sequences/_ambiguity.py",
        "if looks_like_padded_tokens(X):",
        "if not len(X):",
        (
            "tests/sequences/test_validation.py"
            "::test_ids_made_dense_are_warned_about_and_read_with_tokens",
        ),
    ),
    Mutant(
        "ids beside other columns are read as one series without a warning",
        "sequences/_columns.py",
        "if n_zeros and ",
        "if not n_zeros and ",
        ("tests/sequences/test_columns.py::test_ids_beside_other_columns_are_named",),
    ),
    Mutant(
        "a night without sun is taken for padding",
        "sequences/_columns.py",
        "_correlation(block, padding) < SMOOTH",
        "block.size",
        ("tests/sequences/test_columns.py::test_nothing_is_said_of_one_variable",),
    ),
    Mutant(
        "a table of several variables is read as one without a warning",
        "sequences/_columns.py",
        "if whole.all() or not whole.any():",
        "if whole.any():",
        (
            "tests/sequences/test_columns.py"
            "::test_whole_numbers_beside_fractions_are_named",
        ),
    ),
    Mutant(
        "ids are joined to other columns without a warning",
        "text/_beside.py",
        "if ids and len(parts) > 1:",
        "if ids and len(parts) > 9:",
        (
            "tests/text/test_beside.py"
            "::test_the_warning_comes_before_training_and_its_line_works",
        ),
    ),
    Mutant(
        "ids padded in front are read as numbers without a warning",
        "sequences/_columns.py",
        "(0, X.shape[1]) in _blocks(X)",
        "(1, X.shape[1]) in _blocks(X)",
        ("tests/sequences/test_columns.py::test_padding_in_front_is_named",),
    ),
    Mutant(
        "the axes of series are taken for variables of one step without a warning",
        "sequences/_ambiguity.py",
        "(sequences.lengths == 1).all()",
        "(sequences.lengths == 0).all()",
        ("tests/sequences/test_columns.py::test_one_step_of_many_variables_is_named",),
    ),
    Mutant(
        "words between other words are learnt without a warning",
        "sequences/_ambiguity.py",
        "name.startswith(INTERPOLATE)",
        "name in INTERPOLATE",
        (
            "tests/sequences/test_columns.py"
            "::test_ids_between_others_are_told_by_the_pipeline_that_made_them",
        ),
    ),
    Mutant(
        "a label to be ignored is learnt",
        "sequences/_ragged_targets.py",
        "    refuse_ignored(labels, offsets)\n",
        "",
        (
            "tests/sequences/test_ragged_targets.py"
            "::test_minus_100_may_be_a_label_like_others",
        ),
    ),
    Mutant(
        "the line for padding in front makes it a word",
        "sequences/_tokens.py",
        '"[row[row > 0] for row in np.asarray(X)]"',
        '"np.asarray(X) + 2"',
        ("tests/test_remedies.py::test_the_line_that_a_message_shows_works",),
    ),
    Mutant(
        "probabilities of steps fail inside scikit-learn",
        "estimators/_stepwise.py",
        'if method != "predict" and',
        'if method == "predict" and',
        (
            "tests/estimators/test_conventions.py"
            "::test_probabilities_of_each_step_are_predicted_out_of_fold",
        ),
    ),
    Mutant(
        "epochs given to fit are not said to be a parameter",
        "estimators/_arguments.py",
        "if parameter in estimator.get_params(deep=False):",
        "if not parameter:",
        (
            "tests/estimators/test_conventions.py"
            "::test_an_argument_of_fit_elsewhere_is_named_here",
        ),
    ),
    Mutant(
        "dicts of features get as far as NumPy",
        "sequences/_ragged.py",
        "array[0] if len(array) else None, Mapping",
        "array, Mapping",
        ("tests/test_remedies.py::test_the_line_that_a_message_shows_works",),
    ),
    Mutant(
        "the HTML view keeps to itself how X was read",
        "estimators/_input.py",
        'said = [self._say_input()] if hasattr(self, "n_timesteps_seen_") else []',
        "said = []",
        (
            "tests/estimators/test_conventions.py"
            "::test_the_html_view_says_how_x_was_read",
        ),
    ),
    Mutant(
        "the HTML view names no changed parameters",
        "estimators/_input.py",
        'return f"changed: {changed}" if changed else ""',
        'return ""',
        (
            "tests/estimators/test_conventions.py"
            "::test_the_html_view_says_how_it_was_trained_and_what_was_changed",
        ),
    ),
    Mutant(
        "a list of integers is read without asking what they are",
        "sequences/_ragged.py",
        'if input == "auto" and not keep_ragged:\n        _refuse_integers',
        "if False:\n        _refuse_integers",
        (
            "tests/sequences/test_validation.py"
            "::test_bad_values_are_refused_with_a_reason",
        ),
    ),
    Mutant(
        "characters go to the token before",
        "sequences/_tokens.py",
        "n_letters = np.diff(places, append=len(values)) - 1",
        "n_letters = np.roll(np.diff(places, append=len(values)) - 1, 1)",
        (
            "tests/sequences/test_validation.py"
            "::test_characters_are_parted_from_ids_in_a_hand_worked_example",
        ),
    ),
    Mutant(
        "channels are walked along",
        "sequences/_containers.py",
        "return X.transpose(0, 2, 1)  # (n_samples",
        "return X  # (n_samples",
        (
            "tests/sequences/test_containers.py"
            "::test_channels_become_features_without_a_copy",
        ),
    ),
    Mutant(
        "weights do not count in the scale of the input",
        "sequences/_standardize.py",
        "weights = np.asarray(sample_weight, dtype=np.float64)",
        "weights = np.ones(len(lengths))",
        (
            "tests/sequences/test_standardize.py"
            "::test_every_real_step_counts_as_in_scikit_learn",
        ),
    ),
    Mutant(
        "a constant feature is divided by its rounding",
        "sequences/_standardize.py",
        "np.where(constant, 1.0, scale)",
        "scale",
        (
            "tests/sequences/test_standardize.py"
            "::test_a_constant_feature_has_scale_1_and_becomes_0",
        ),
    ),
    Mutant(
        "equally frequent words come as they appear",
        "text/_vocabulary.py",
        "words = sorted(numbers)",
        "words = list(numbers)",
        ("tests/text/test_vocabulary.py::test_pruning_is_that_of_count_vectorizer",),
    ),
    Mutant(
        "ids depend on how often a text comes",
        "text/_vocabulary.py",
        "kept = np.arange(len(words))",
        "kept = np.argsort(-np.bincount(ids)[provisional])",
        (
            "tests/estimators/test_invariance.py"
            "::test_weight_2_is_the_text_twice_behind_a_vectorizer",
        ),
    ),
    Mutant(
        "an empty text is decoded as an unknown word",
        "text/_vectorizer.py",
        "if row.tolist() == [UNK] and words[0] in NO_TEXT else",
        "if False else",
        (
            "tests/text/test_vectorizer.py"
            "::test_characters_are_decoded_to_the_text_they_were",
        ),
    ),
    Mutant(
        "pruned words become padding",
        "text/_vocabulary.py",
        "np.full(n_ids, UNK, dtype=np.int32)",
        "np.full(n_ids, PAD, dtype=np.int32)",
        (
            "tests/text/test_vocabulary.py"
            "::test_counts_of_ids_are_those_of_count_vectorizer",
        ),
    ),
    Mutant(
        "frequent words come last",
        "text/_vocabulary.py",
        'np.argsort(-term_frequency, kind="stable")',
        'np.argsort(term_frequency, kind="stable")',
        (
            "tests/text/test_vocabulary.py::test_ids_run_by_alphabet_and_the_most_frequent_words_are_kept",
        ),
    ),
    Mutant(
        "an unknown word becomes padding",
        "text/_vocabulary.py",
        "repeat(UNK)",
        "repeat(PAD)",
        ("tests/text/test_vectorizer.py::test_unknown_words_keep_their_step",),
    ),
    Mutant(
        "an empty text is padding",
        "text/_vocabulary.py",
        "if shortened else (UNK,))",
        "if shortened else (PAD,))",
        (
            "tests/text/test_vectorizer.py"
            "::test_an_empty_document_becomes_one_unknown_word",
        ),
    ),
    Mutant(
        "a frame of one column is refused",
        "text/_analyzers.py",
        "if shape[1:] == (1,):",
        "if False:",
        (
            "tests/text/test_vectorizer.py"
            "::test_a_column_transformer_may_name_its_text_column_in_a_list",
        ),
    ),
    Mutant(
        "a word ends at its first mark",
        "text/_unicode.py",
        "[\\w{marks}{JOINERS}]*)?",
        "[\\w{JOINERS}]*)?",
        ("tests/text/test_analyzers.py::test_words_of_all_scripts_are_not_cut_inside",),
    ),
    Mutant(
        "decomposed accents stay apart",
        "text/_unicode.py",
        'partial(unicodedata.normalize, "NFC")',
        "str",
        (
            "tests/text/test_analyzers.py"
            "::test_composed_and_decomposed_texts_give_the_same_tokens",
        ),
    ),
    Mutant(
        "a run of marks is put in order, however long",
        "text/_unicode.py",
        "    return _run_of_marks(MAX_RUN_OF_MARKS + 1).split(text)",
        "    return [text]",
        ("tests/text/test_analyzers.py::test_a_long_run_of_marks_stays_as_it_is",),
    ),
    Mutant(
        "a run of marks is overlooked between the characters that are tried",
        "text/_unicode.py",
        "_run_of_marks(3).search(sample)",
        "_run_of_marks(4).search(sample)",
        ("tests/text/test_analyzers.py::test_a_long_run_of_marks_stays_as_it_is",),
    ),
    Mutant(
        "a mark that is one only when taken apart begins a part",
        "text/_unicode.py",
        "    first = _first_apart(character)",
        "    first = character",
        ("tests/text/test_spans.py::test_parts_are_composed_as_the_whole_is",),
    ),
    Mutant(
        "an empty text has one part",
        "text/_unicode.py",
        "if i == 0 or _begins_a_part(c)]\n",
        "if i == 0 or _begins_a_part(c)] or [0]\n",
        ("tests/text/test_spans.py::test_parts_are_composed_as_the_whole_is",),
    ),
    Mutant(
        "labels of tokens that were cut are lost in silence",
        "text/_vectorizer.py",
        "        elif callable(self.analyzer) and not",
        "        elif False and not",
        (
            "tests/text/test_vectorizer.py"
            "::test_labels_of_tokens_that_are_cut_are_warned_about",
        ),
    ),
    Mutant(
        "a table of two columns is read as texts",
        "text/_analyzers.py",
        "if len(shape) != 1:",
        "if False:",
        ("tests/text/test_analyzers.py::test_anything_but_one_column_is_refused",),
    ),
    Mutant(
        "a set of documents is read in any order",
        "text/_analyzers.py",
        "if isinstance(X, (Mapping, Set)):",
        "if isinstance(X, Mapping):",
        (
            "tests/text/test_analyzers.py"
            "::test_a_set_and_a_dict_of_documents_are_refused",
        ),
    ),
    Mutant(
        "an id is read back as the word before it",
        "text/_vectorizer.py",
        "words[list(vocabulary.values())] = list(vocabulary)",
        "words[[i - 1 for i in vocabulary.values()]] = list(vocabulary)",
        (
            "tests/text/test_vectorizer.py"
            "::test_inverse_transform_gives_the_tokens_back",
        ),
    ),
    Mutant(
        "the start of a long text is kept, not its end",
        "text/_vocabulary.py",
        "return slice(-max_length, None)",
        "return slice(max_length)",
        ("tests/text/test_vectorizer.py::test_truncation_keeps_the_chosen_end",),
    ),
    Mutant(
        "texts are cut without a warning",
        "text/_vectorizer.py",
        "        if n_cut:\n",
        "        if False:\n",
        (
            "tests/text/test_vectorizer.py"
            "::test_longer_documents_at_transform_are_cut_with_one_warning",
        ),
    ),
    Mutant(
        "a text that may not be cut is kept longer than max_length",
        "text/_vectorizer.py",
        "_refuse_longer(np.diff(offsets), self.max_length)",
        "pass",
        (
            "tests/text/test_vectorizer.py"
            "::test_a_document_that_may_not_be_cut_is_refused_with_its_length",
        ),
    ),
    Mutant(
        "punctuation and short words are no tokens",
        "text/_unicode.py",
        're.compile(r"\\w+|[^\\w\\s]")',
        're.compile(r"\\w\\w+")',
        (
            "tests/text/test_analyzers.py"
            "::test_default_keeps_short_words_and_punctuation",
        ),
    ),
    Mutant(
        "characters are written as ids",
        "text/_characters.py",
        "values[is_letter] = -code_points",
        "values[is_letter] = code_points",
        (
            "tests/text/test_characters.py"
            "::test_characters_follow_ids_in_a_hand_worked_example",
        ),
    ),
    Mutant(
        "the unknown word has no vector",
        "text/_vectors.py",
        "matrix[UNK] = matrix[FIRST_WORD:].mean(axis=0, dtype=np.float64)",
        "pass",
        ("tests/text/test_vectors.py::test_rows_are_padding_mean_and_words_in_order",),
    ),
    Mutant(
        "vectors of rare words are taken first",
        "text/_vectors.py",
        "list(islice(_words(mapping), max_features))",
        "list(_words(mapping))[::-1][:max_features]",
        (
            "tests/text/test_vectors.py"
            "::test_max_features_takes_the_first_words_and_their_mean",
        ),
    ),
    Mutant(
        "a weight is dropped from the loss",
        "_training/_net.py",
        "(losses * target.weight).sum() / len(X)",
        "losses.sum() / len(X)",
        ("tests/_training/test_net.py::test_the_loss_of_a_batch_is_a_weighted_mean",),
    ),
    Mutant(
        "the last weights stay, not the best",
        "_training/_callbacks.py",
        "net.module_.load_state_dict(self.best_weights_)",
        "pass",
        ("tests/estimators/test_training.py::test_the_best_weights_are_restored",),
    ),
    Mutant(
        "a net holds its estimator after training",
        "_training/_net.py",
        "            setattr(holder, name, None)\n",
        "            pass\n",
        (
            "tests/estimators/test_training.py"
            "::test_a_deleted_estimator_frees_its_memory_at_once",
        ),
    ),
    Mutant(
        "the first optimiser of a process keeps the estimator",
        "_training/_make_net.py",
        "    _make_first_optimizer()\n",
        "",
        (
            "tests/estimators/test_training.py"
            "::test_a_deleted_estimator_frees_its_memory_at_once",
        ),
    ),
    Mutant(
        "predictions come in the order of length",
        "_training/_net.py",
        "filled = (places.of(indices), ",
        "filled = (np.sort(places.of(indices)), ",
        (
            "tests/estimators/test_errors_elsewhere.py"
            "::test_the_last_state_is_that_of_the_last_real_step",
        ),
    ),
    Mutant(
        "skorch's predictions come in the order of length",
        "_training/_net.py",
        "yield torch.cat(outputs)[np.argsort(places.of(batches.order))]",
        "yield torch.cat(outputs)",
        ("tests/_training/test_net.py::test_the_net_answers_in_the_order_of_the_rows",),
    ),
    Mutant(
        "an activation that the cell does not heed is taken",
        "_training/_make_net.py",
        'if cell != "rnn" and nonlinearity != "tanh":',
        "if False:",
        ("tests/estimators/test_bad_input.py::test_fit_refuses",),
    ),
    Mutant(
        "callbacks keep their state between fits",
        "_training/_given_callbacks.py",
        "return [c if why_not_copied(c) else _copy(c) for c in given]",
        "return given",
        (
            "tests/estimators/test_errors_elsewhere.py"
            "::test_callbacks_keep_no_state_between_fits",
        ),
    ),
    Mutant(
        "Ctrl-C is swallowed",
        "_training/_net.py",
        "if ctrl_c.raised and not isinstance(stop, StopTraining):",
        "if False:",
        ("tests/_training/test_ctrl_c.py",),
    ),
    Mutant(
        "Ctrl-C is not told from the wish of a callback",
        "_training/_ctrl_c.py",
        "self._has_raised = True",
        "pass",
        (
            "tests/_training/test_ctrl_c.py"
            "::test_ctrl_c_in_a_callback_is_raised_whatever_the_handler",
        ),
    ),
    Mutant(
        "SIGTERM is swallowed where it raises KeyboardInterrupt",
        "_training/_ctrl_c.py",
        "for number in _valid_signals()\n",
        "for number in [signal.SIGINT]\n",
        (
            "tests/_training/test_ctrl_c.py"
            "::test_any_signal_whose_handler_raises_it_is_raised",
        ),
    ),
    Mutant(
        "Ctrl-C comes between the best weights and the net",
        "_training/_ctrl_c.py",
        "if self._held is not None:\n            return",
        "if True:\n            return",
        (
            "tests/_training/test_ctrl_c.py"
            "::test_ctrl_c_at_the_end_waits_for_the_best_weights",
        ),
    ),
    Mutant(
        "Ctrl-C after the training takes back what was learnt",
        "estimators/_base.py",
        "if isinstance(error, KeyboardInterrupt) and has_learnt:",
        "if False:",
        (
            "tests/_training/test_ctrl_c.py"
            "::test_ctrl_c_after_the_training_keeps_what_was_learnt",
        ),
    ),
    Mutant(
        "batches hold rows of any length",
        "_training/_data.py",
        "BATCHES_PER_POOL = 50",
        "BATCHES_PER_POOL = 1",
        ("tests/test_costs.py::test_a_training_epoch_walks_over_little_padding",),
    ),
    Mutant(
        "a batch of one long row stays whole",
        "_training/_parts.py",
        "if n_padded < LARGE or n_padded < MOSTLY_PADDING * int(lengths.sum()):",
        "if n_padded >= 0:",
        (
            "tests/_training/test_parts.py"
            "::test_one_long_row_is_no_padding_of_its_neighbours",
        ),
    ),
    Mutant(
        "every part of a batch counts as a whole one",
        "_training/_parts.py",
        "factor = len(rows) / len(inputs)",
        "factor = 1.0",
        (
            "tests/_training/test_parts.py"
            "::test_parts_have_the_loss_the_outputs_and_the_gradients_of_the_batch",
        ),
    ),
    Mutant(
        "a saved estimator holds the class of its target",
        "estimators/_base.py",
        'state["_target_of_fit"] = dict(vars(self._target))',
        'state["_target_of_fit"] = self._target',
        (
            "tests/persistence/test_save.py"
            "::test_skops_reads_the_file_and_asks_about_estimators_only",
        ),
    ),
    Mutant(
        "a prediction takes all rows at once",
        "_training/_data.py",
        "n_rows = PREDICTION_STEPS // longest\n",
        "n_rows = len(self.order)\n",
        (
            "tests/_training/test_data.py"
            "::test_prediction_batches_keep_within_their_budget",
        ),
    ),
    Mutant(
        "rare words are never forgotten",
        "_training/_token_reader.py",
        "max(0.5, self.word_dropout)",
        "self.word_dropout",
        (
            "tests/_training/test_data.py"
            "::test_words_of_frequency_one_are_forgotten_half_of_the_time",
        ),
    ),
    Mutant(
        "every epoch draws the same numbers",
        "_training/_callbacks.py",
        "dataset_train.epoch = len(net.history)",
        "dataset_train.epoch = 1",
        (
            "tests/_training/test_callbacks.py"
            "::test_each_epoch_has_its_own_random_numbers",
        ),
    ),
    Mutant(
        "memory goes back to the system after each batch",
        "_training/_net.py",
        "torch.empty(31 * 2**20, dtype=torch.uint8)",
        "pass",
        ("tests/test_costs.py::test_the_memory_of_a_batch_is_kept_for_the_next",),
    ),
    Mutant(
        "a long gradient is not clipped",
        "_training/_callbacks.py",
        "if not norm <= self.highest_norm:",
        "if False:",
        (
            "tests/_training/test_callbacks.py"
            "::test_a_longer_gradient_is_scaled_to_the_norm",
        ),
    ),
    Mutant(
        "the history holds the largest gradient of an epoch",
        "_training/_callbacks.py",
        "float(norms.mean())",
        "float(norms.max())",
        (
            "tests/_training/test_callbacks.py"
            "::test_the_norm_in_the_history_is_the_mean_of_the_epoch",
        ),
    ),
    Mutant(
        "large weights are taken for infinite ones",
        "_training/_callbacks.py",
        "math.isfinite(p.sum()) or bool(p.isfinite().all())",
        "math.isfinite(p.sum())",
        (
            "tests/_training/test_callbacks.py"
            "::test_weights_are_good_as_long_as_each_of_them_is_finite",
        ),
    ),
    Mutant(
        "diverged weights stay",
        "_training/_callbacks.py",
        "net.module_.load_state_dict(self.good_weights_)",
        "pass",
        (
            "tests/_training/test_callbacks.py"
            "::test_good_weights_are_those_of_the_last_good_epoch",
        ),
    ),
    Mutant(
        "a gradient that vanished is not told",
        "estimators/_watching.py",
        "return same and _learnt_nothing(estimator, _some_rows(training, 256))",
        "return False",
        (
            "tests/properties/test_numbers.py"
            "::test_what_is_forgotten_on_the_way_is_warned_of",
        ),
    ),
    Mutant(
        "divergence is not told",
        "estimators/_base.py",
        "        if diverged_at is not None:\n            warn(",
        "        if False:\n            warn(",
        (
            "tests/estimators/test_bad_input.py"
            "::test_training_that_diverges_keeps_the_last_good_weights",
        ),
    ),
    Mutant(
        "a fit takes all threads",
        "estimators/_base.py",
        "as_it_was_on_error(self),\n            self._threads(self.net_params or {}),",
        "as_it_was_on_error(self),",
        (
            "tests/estimators/test_parallel.py::test_by_default_the_same_seed_gives_"
            "the_same_bits_on_any_number_of_cores",
        ),
    ),
    Mutant(
        "predictions take all threads",
        "estimators/_base.py",
        "with self._threads(briefly=briefly):",
        "if True:",
        (
            "tests/estimators/test_parallel.py::"
            "test_all_that_computes_lets_torch_take_the_threads_that_are_asked_for",
        ),
    ),
    Mutant(
        "NumPy raises inside where a program says so",
        "_training/_usual_state.py",
        "stack.enter_context(np.errstate(**_milder(np.geterr())))",
        "pass",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "nobody asks what a program has set",
        "_training/_usual_state.py",
        "if _is_usual():",
        "if True:",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "a fit inside inference_mode records no gradient",
        "_training/_usual_state.py",
        "if torch.is_inference_mode_enabled():",
        "if False:",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "a program's autocast rounds what an estimator computes",
        "_training/_usual_state.py",
        "if torch.is_autocast_enabled(device):",
        "if False:",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "a program's default device is taken",
        "_training/_usual_state.py",
        "if torch.get_default_device() != CPU:",
        "if False:",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "a program's default dtype is taken",
        "_training/_usual_state.py",
        "torch.set_default_dtype(torch.float32)",
        "pass",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "a program's default dtype does not come back",
        "_training/_usual_state.py",
        "_WORKING.remove(threading.get_ident())\n                if not _WORKING:",
        "_WORKING.remove(threading.get_ident())\n                if False:",
        (
            "tests/estimators/test_process_state.py::test_no_setting_of_a_program_changes_a_bit_and_none_is_changed",
        ),
    ),
    Mutant(
        "the fit that ends first sets the dtype of all back",
        "_training/_usual_state.py",
        "_WORKING.remove(threading.get_ident())\n                if not _WORKING:",
        "_WORKING.remove(threading.get_ident())\n                if True:",
        (
            "tests/estimators/test_process_state.py::test_fits_that_run_at_once_do_not_take_the_dtype_from_each_other",
        ),
    ),
    Mutant(
        "lines of epochs are printed where there is no console",
        "_training/_callbacks.py",
        "        if _can_write(sys.stdout):\n",
        "        if True:\n",
        (
            "tests/estimators/test_process_state.py::test_a_program_without_a_console_fits_in_silence",
        ),
    ),
    Mutant(
        "a bar is drawn where there is no console",
        "_training/_callbacks.py",
        "disable=None if _can_write(sys.stderr) else True",
        "disable=None",
        (
            "tests/estimators/test_process_state.py::test_a_program_without_a_console_fits_in_silence",
        ),
    ),
    Mutant(
        "each number up to the largest id has a vector",
        "_training/_token_reader.py",
        "if distinct[-1] < FAR_APART * (n_rows + len(new)):",
        "if True:",
        (
            "tests/estimators/test_embeddings.py::test_ids_far_apart_take_a_vector_each_and_the_bits_of_their_neighbours",
        ),
    ),
    Mutant(
        "ids far apart that come later move those before",
        "_training/_token_reader.py",
        "return np.concatenate([token_ids, new[new > UNK]])",
        "return np.sort(np.concatenate([token_ids, new[new > UNK]]))",
        (
            "tests/estimators/test_embeddings.py::test_ids_far_apart_that_come_later_have_a_vector_each",
        ),
    ),
    Mutant(
        "an id far apart that fit did not see is read as its neighbour",
        "_training/_token_reader.py",
        "np.where(found, rows + UNK + 1, UNK)",
        "(rows + UNK + 1)",
        (
            "tests/estimators/test_embeddings.py::test_ids_far_apart_take_a_vector_each_and_the_bits_of_their_neighbours",
        ),
    ),
    Mutant(
        "given vectors are renumbered",
        "estimators/_input.py",
        "        if grows:\n",
        "        if True:\n",
        (
            "tests/estimators/test_embeddings.py::test_given_vectors_are_never_renumbered",
        ),
    ),
    Mutant(
        "a graph takes an id that it does not know for the one before",
        "persistence/_graph.py",
        'graph.add("Where", found, place, 0)',
        "place",
        ("tests/persistence/test_onnx.py::test_ids_far_apart_are_found_in_a_graph",),
    ),
    Mutant(
        "the number of threads does not come back",
        "_training/_threads.py",
        "        torch.set_num_threads(before)\n        if of_others",
        "        if of_others",
        ("tests/_training/test_threads.py::test_the_number_comes_back_after_an_error",),
    ),
    Mutant(
        "the number of threads does not come back after a brief call",
        "_training/_threads.py",
        "        torch.set_num_threads(before)\n        _BRIEF.pop()",
        "        _BRIEF.pop()",
        ("tests/_training/test_threads.py::test_the_number_comes_back_after_an_error",),
    ),
    Mutant(
        "a forked process waits for a thread that it does not have",
        "_training/_threads.py",
        "after_in_child=_begin_forked",
        "after_in_child=lambda: None",
        (
            "tests/_training/test_threads.py"
            "::test_a_forked_process_waits_for_no_thread_of_its_parent",
        ),
    ),
    Mutant(
        "a forked process waits for the threads that torch had in its parent",
        "_training/_threads.py",
        "1 if _is_forked or of_torch == 1",
        "1 if of_torch == 1",
        (
            "tests/estimators/test_process_state.py"
            "::test_a_forked_process_predicts_and_learns",
        ),
    ),
    Mutant(
        "a file says on how many threads it is read",
        "estimators/_base.py",
        "with working_threads(1):",
        "with self._threads():",
        (
            "tests/persistence/test_save.py"
            "::test_a_file_does_not_say_how_many_threads_read_it",
        ),
    ),
    Mutant(
        "more threads are taken than there are processors",
        "_training/_threads.py",
        "return min(n_jobs, cpu_count())",
        "return n_jobs",
        (
            "tests/_training/test_threads.py"
            "::test_n_jobs_has_the_meaning_of_scikit_learn",
        ),
    ),
    Mutant(
        "a thread that starts during a fit keeps its limit",
        "_training/_threads.py",
        "            another.submit(torch.set_num_threads, of_others).result()",
        "",
        ("tests/_training/test_threads.py::test_other_threads_keep_their_number",),
    ),
    Mutant(
        "n_jobs of parallel_config is not heard",
        "_training/_threads.py",
        "_, n_jobs = get_active_backend()",
        "pass",
        (
            "tests/estimators/test_parallel.py::"
            "test_n_jobs_of_a_surrounding_context_is_heard",
        ),
    ),
    Mutant(
        "a misspelt parameter of the network is passed over",
        "_training/_make_net.py",
        'if unknown and "module" not in net_params:',
        "if False:",
        ("tests/estimators/test_bad_input.py::test_fit_refuses",),
    ),
    Mutant(
        "warm_start goes on with another activation",
        "estimators/_base.py",
        "**rare_module_params(self.net_params, self.cell),",
        "**rare_module_params(None, self.cell),",
        (
            "tests/estimators/test_training.py::"
            "test_a_warm_start_refuses_weights_of_another_shape_or_meaning",
        ),
    ),
    Mutant(
        "each part of partial_fit has scales of its own",
        "estimators/_base.py",
        "            else:\n                self._count_tokens(part)\n",
        "            else:\n                self._learn_input(part)\n",
        (
            "tests/estimators/test_training.py"
            "::test_partial_fit_keeps_the_standardisation_of_the_first_call",
        ),
    ),
    Mutant(
        "a warm start begins anew",
        "estimators/_base.py",
        'continued = self.warm_start and hasattr(self, "net_")',
        "continued = False",
        (
            "tests/estimators/test_training.py"
            "::test_warm_start_goes_on_from_the_weights",
        ),
    ),
    Mutant(
        "a warm start learns another scale",
        "estimators/targets/_numbers.py",
        "if not continued:",
        "if True:",
        (
            "tests/estimators/test_persistence.py::test_warm_start_with_a_tiny_rate_hardly_moves_the_predictions",
        ),
    ),
    Mutant(
        "a warm start forgets what was learnt of y",
        "estimators/targets/_target.py",
        "for name in self.learnt:",
        "for name in ():",
        (
            "tests/estimators/test_persistence.py::test_warm_start_goes_on_from_the_weights",
        ),
    ),
    Mutant(
        "the validation part is trained on too",
        "estimators/_part.py",
        "weight[rows] = self.weight[rows]",
        "weight[:] = self.weight",
        ("tests/estimators/test_training.py::test_a_splitter_gives_its_last_split",),
    ),
    Mutant(
        "every fit draws the same seed",
        "estimators/_base.py",
        "return secrets.randbelow(2**31)",
        "return 0",
        (
            "tests/estimators/test_contract.py::"
            "test_another_seed_gives_another_fit_and_none_gives_another_each_time",
        ),
    ),
    Mutant(
        "predictions before fit fail with an error of Python's",
        "estimators/_base.py",
        'check_has(self, "_target_of_fit")',
        "pass",
        ("tests/estimators/test_contract.py::test_before_fit_every_question_says_so",),
    ),
    Mutant(
        "a fit without a seed asks the global generator",
        "estimators/_base.py",
        "return secrets.randbelow(2**31)",
        "return int(np.random.randint(2**31 - 1))",
        (
            "tests/estimators/test_contract.py::"
            "test_another_seed_gives_another_fit_and_none_gives_another_each_time",
        ),
    ),
    Mutant(
        "a pickle holds the net of torch",
        "estimators/_base.py",
        'if "net_" in state:',
        "if False:",
        ("tests/estimators/test_contract.py::test_every_copy_gives_the_same_bits",),
    ),
    Mutant(
        "the optimizer is forgotten by a pickle",
        "estimators/_base.py",
        "export_state(net, with_optimizer=self._trains_on)",
        "export_state(net, with_optimizer=False)",
        (
            "tests/estimators/test_contract.py::test_partial_fit_goes_on_after_a_pickle_as_if_unbroken",
        ),
    ),
    Mutant(
        "a pickle after fit holds the optimizer",
        "estimators/_base.py",
        'state["_net_state"] = export_state(net, with_optimizer=self._trains_on)',
        'state["_net_state"] = export_state(net, with_optimizer=True)',
        (
            "tests/estimators/test_persistence.py"
            "::test_the_state_of_the_optimizer_is_kept_for_partial_fit_only",
        ),
    ),
    Mutant(
        "a fit that is refused leaves its traces",
        "estimators/_base.py",
        "        vars(estimator).clear()\n        vars(estimator).update(before)\n",
        "",
        (
            "tests/estimators/test_contract.py::test_a_refused_fit_leaves_a_fitted_estimator_as_it_was",
        ),
    ),
    Mutant(
        "new labels in a warm start are told of partial_fit",
        "estimators/_base.py",
        "        if continued:\n            remedy = (",
        "        if False:\n            remedy = (",
        (
            "tests/estimators/test_training.py"
            "::test_a_warm_start_refuses_other_labels_by_its_own_name",
        ),
    ),
    Mutant(
        "new labels in y_val are told of y",
        "estimators/_base.py",
        'with _naming_unseen_labels("y_val", remedy):',
        'with _naming_unseen_labels("y", remedy):',
        (
            "tests/estimators/test_training.py"
            "::test_a_warm_start_refuses_other_labels_by_its_own_name",
        ),
    ),
    Mutant(
        "set_params moves a fitted estimator",
        "estimators/_base.py",
        "return settings[name] if name in settings else getattr(self, name)",
        "return getattr(self, name)",
        (
            "tests/estimators/test_contract.py"
            "::test_no_parameter_set_after_fit_moves_a_prediction_whatever_its_value",
        ),
    ),
    Mutant(
        "a subclass with its own signature cannot be fitted",
        "estimators/_base.py",
        "names = set(self._parameters) - ",
        "names = set(self.get_params(deep=False)) - ",
        (
            "tests/estimators/test_docstrings.py"
            "::test_a_subclass_may_have_its_own_signature",
        ),
    ),
    Mutant(
        "every parameter goes by its position",
        "estimators/_parameters.py",
        "kw_only=stated.kw_only)",
        "kw_only=False)",
        (
            "tests/estimators/test_docstrings.py"
            "::test_parameters_but_the_first_go_by_their_names",
        ),
    ),
    Mutant(
        "the docstring describes the first attribute only",
        "estimators/_parameters.py",
        "for name, said in attributes]",
        "for name, said in [*attributes][:1]]",
        ("tests/estimators/test_docstrings.py::test_each_text_is_written_once",),
    ),
    Mutant(
        "class weights do not count",
        "estimators/targets/_labels.py",
        "else weight * self.weight_of_class[y]",
        "else weight",
        (
            "tests/estimators/test_targets.py"
            "::test_class_weights_are_sample_weights_to_the_bit",
        ),
    ),
    Mutant(
        "a loss of one's own is not used for classes",
        "estimators/targets/_labels.py",
        'LOSS_OF_TASK[self.task] if self.loss == "cross_entropy" else self.loss',
        "LOSS_OF_TASK[self.task]",
        (
            "tests/estimators/test_targets.py::test_a_loss_of_ones_own_takes_the_place_of_one_by_name",
        ),
    ),
    Mutant(
        "one target is predicted as a column",
        "estimators/targets/_scaled.py",
        "predicted[:, 0] if self.ndim == 1 else predicted",
        "predicted",
        (
            "tests/estimators/test_targets.py"
            "::test_predictions_have_the_shape_of_the_targets",
        ),
    ),
    Mutant(
        "the link of one's own loss is not asked for",
        "estimators/targets/_scaled.py",
        'return self.link == "log"',
        'return self.loss == "poisson"',
        (
            "tests/estimators/test_targets.py::test_a_loss_of_ones_own_takes_the_place_of_one_by_name",
        ),
    ),
    Mutant(
        "counts are divided by their deviation",
        "estimators/targets/_scaled.py",
        "np.where(scaler.mean_ > 0, scaler.mean_, 1.0)",
        "scaler.scale_",
        (
            "tests/estimators/test_step_regressor.py"
            "::test_poisson_divides_by_the_mean_of_the_real_steps",
        ),
    ),
    Mutant(
        "a rate of counts may be negative",
        "estimators/targets/_scaled.py",
        "return np.exp(outputs) if self.is_logarithm else outputs",
        "return outputs",
        (
            "tests/estimators/test_targets.py"
            "::test_poisson_never_predicts_a_negative_rate",
        ),
    ),
    Mutant(
        "predictions are in standard deviations",
        "estimators/targets/_scaled.py",
        "self._mean_of(outputs) * self.target_scale_ + self.target_mean_",
        "self._mean_of(outputs)",
        (
            "tests/estimators/test_targets.py"
            "::test_each_output_is_learnt_on_its_own_scale",
        ),
    ),
    Mutant(
        "partial_fit balances classes it has not seen",
        "estimators/_with_classes.py",
        "if isinstance(self.class_weight, str):",
        "if False:",
        (
            "tests/estimators/test_bad_input.py"
            "::test_partial_fit_refuses[balanced class weights]",
        ),
    ),
    Mutant(
        "balanced classes are counted without weights",
        "estimators/targets/_classes.py",
        "np.bincount(codes, weights=weight, minlength=n_classes)",
        "np.bincount(codes, minlength=n_classes)",
        (
            "tests/estimators/test_invariance.py"
            "::test_balanced_classes_are_balanced_by_their_weights",
        ),
    ),
    Mutant(
        "the validation part is not weighted by class",
        "estimators/_base.py",
        "weight = self._target.weigh(part.y, part.weight)",
        "weight = part.weight",
        (
            "tests/estimators/test_targets.py"
            "::test_class_weights_weigh_the_validation_part",
        ),
    ),
    Mutant(
        "probabilities do not sum to one",
        "estimators/targets/_labels.py",
        "return softmax(logits, axis=1) if",
        "return expit(logits) if",
        (
            "tests/estimators/test_errors_elsewhere.py"
            "::test_rows_of_probabilities_sum_to_one",
        ),
    ),
    Mutant(
        "labels come back as their numbers",
        "estimators/targets/_labels.py",
        'return decided if self.task == "multilabel" else self.classes_[decided]',
        "return decided",
        (
            "tests/estimators/test_errors_elsewhere.py"
            "::test_labels_of_any_type_are_learnt_and_returned",
        ),
    ),
    Mutant(
        "labels that may come together exclude each other",
        "estimators/targets/_labels.py",
        'return softmax(logits, axis=1) if self.task == "multiclass"',
        'return softmax(logits, axis=1) if self.task != "binary"',
        (
            "tests/estimators/test_targets.py"
            "::test_labels_that_may_come_together_have_one_logit_each",
        ),
    ),
    Mutant(
        "the steps of a long sequence count less",
        "estimators/targets/_target.py",
        "return np.repeat(weight, y.lengths)",
        "return np.repeat(weight / y.lengths, y.lengths)",
        (
            "tests/estimators/test_tagger.py"
            "::test_the_score_is_the_share_of_all_steps_that_are_right",
        ),
    ),
    Mutant(
        "the class of a step does not count",
        "estimators/targets/_step_labels.py",
        "return weight_of_steps(y, weight) * self.weight_of_class[y.values]",
        "return weight_of_steps(y, weight)",
        (
            "tests/estimators/test_tagger.py"
            "::test_the_training_loss_is_the_weighted_mean_over_all_real_steps",
        ),
    ),
    Mutant(
        "a sequence that teaches nothing is kept",
        "estimators/targets/_step_labels.py",
        "return weight * (teaches > 0)",
        "return weight",
        (
            "tests/estimators/test_tagger.py::test_a_sequence_whose_steps_all_weigh_nothing_is_as_good_as_absent",
        ),
    ),
    Mutant(
        "labels may be fewer than steps",
        "sequences/_ragged_targets.py",
        "    if differs.any():\n",
        "    if False:\n",
        (
            "tests/sequences/test_ragged_targets.py"
            "::test_labels_that_are_not_one_per_step_are_refused",
        ),
    ),
    Mutant(
        "the padding of labels is read",
        "sequences/_ragged_targets.py",
        "    if is_padded:\n",
        "    if False:\n",
        (
            "tests/sequences/test_ragged_targets.py"
            "::test_padding_and_ragged_rows_give_the_same_labels",
        ),
    ),
    Mutant(
        "rows of equal length become a table",
        "sequences/_ragged_targets.py",
        "    return ragged\n",
        "    return np.array(ragged.tolist(), dtype=object)\n",
        (
            "tests/sequences/test_ragged_targets.py"
            "::test_rows_of_equal_length_stay_rows",
        ),
    ),
    Mutant(
        "labels are the likeliest one by one, not together",
        "estimators/_tagger.py",
        "codes, offsets = self._step_outputs(X, self._head.labels, np.int64)",
        "scores, offsets = self._step_outputs(X, self._head.log_proba)\n"
        "        codes = scores.argmax(axis=1)",
        (
            "tests/estimators/test_tagger.py"
            "::test_the_score_is_the_share_of_all_steps_that_are_right",
        ),
    ),
    Mutant(
        "the scheme does not reach the CRF",
        "estimators/targets/_step_labels.py",
        "n_labels, forbidden=self.forbidden, **shared",
        "n_labels, **shared",
        (
            "tests/estimators/test_tag_schemes.py"
            "::test_what_the_scheme_forbids_is_never_predicted",
        ),
    ),
    Mutant(
        "labels that break the scheme are learnt",
        "estimators/targets/_step_labels.py",
        "if to_learn:  #",
        "if False:  #",
        (
            "tests/estimators/test_tag_schemes.py"
            "::test_labels_that_break_the_scheme_are_refused_by_fit",
        ),
    ),
    Mutant(
        "a softmax is given a scheme",
        "estimators/targets/_step_labels.py",
        'if self.scheme is not None and self.output != "crf":',
        "if False:",
        (
            "tests/estimators/test_tag_schemes.py::test_a_scheme_without_a_crf_is_refused",
        ),
    ),
    Mutant(
        "a CRF is given a loss",
        "estimators/targets/_step_labels.py",
        'if self.output == "crf" and self.loss != "cross_entropy":',
        "if False:",
        ("tests/estimators/test_targets.py::test_a_crf_has_a_loss_of_its_own",),
    ),
    Mutant(
        "a span goes on as one of another type",
        "estimators/_tag_schemes.py",
        " and before[1] == after[1]",
        "",
        (
            "tests/estimators/test_tag_schemes.py"
            "::test_what_is_not_forbidden_is_what_represents_spans",
        ),
    ),
    Mutant(
        "a span goes on in the next sequence",
        "estimators/_tag_schemes.py",
        "before[starts] = n_classes",
        "pass",
        ("tests/estimators/test_tag_schemes.py::test_the_first_error_is_named",),
    ),
    Mutant(
        "scales are learnt from all steps alike",
        "estimators/targets/_step_numbers.py",
        "self.learn_scale(y.values, weight_of_steps(y, weight))",
        "self.learn_scale(y.values, np.ones(len(y.values)))",
        (
            "tests/estimators/test_step_regressor.py"
            "::test_the_scale_is_that_of_weighted_steps",
        ),
    ),
    Mutant(
        "the loss of a batch is the mean over its steps",
        "_training/_net.py",
        "(losses * target.weight).sum() / len(X)",
        "(losses * target.weight).mean()",
        (
            "tests/_training/test_net.py"
            "::test_the_loss_of_a_batch_of_steps_is_divided_by_its_rows",
        ),
    ),
    Mutant(
        "an unknown letter once trained becomes the mean of the others",
        "estimators/_input.py",
        "self._trains_unknown_character |= len(unknown) > 0",
        "self._trains_unknown_character = len(unknown) > 0",
        (
            "tests/estimators/test_tagger.py"
            "::test_an_unknown_letter_once_trained_stays_so",
        ),
    ),
    Mutant(
        "unknown characters have the vector of a known one",
        "_training/_token_reader.py",
        "np.where(known, places + UNK + 1, UNK)",
        "(places + UNK + 1)",
        (
            "tests/_training/test_data.py"
            "::test_characters_have_ids_from_2_on_and_others_are_unknown",
        ),
    ),
    Mutant(
        "rows are trained on in the order they were given",
        "sequences/_canonical.py",
        "return np.minimum.reduceat(order, starts), np.add.reduceat("
        "weights[order], starts)",
        "first = np.minimum.reduceat(order, starts)\n"
        "    by_row = np.argsort(first)\n"
        "    return first[by_row], np.add.reduceat(weights[order], starts)[by_row]",
        (
            "tests/estimators/test_contract.py::"
            "test_weight_k_is_k_copies_in_any_order_and_weight_0_is_none",
        ),
    ),
    Mutant(
        "equal sequences with other labels merge",
        "sequences/_canonical.py",
        "target = _hash_segments(y.values, y.offsets)",
        "target = np.uint64(0)",
        (
            "tests/estimators/test_tagger.py"
            "::test_on_sequences_of_one_step_a_tagger_learns_what_a_classifier_does",
        ),
    ),
    Mutant(
        "the order of words with characters does not count",
        "sequences/_canonical.py",
        "words += (positions + np.uint64(1)) * WEYL",
        "words += WEYL",
        ("tests/sequences/test_canonical.py::test_other_characters_have_another_hash",),
    ),
    Mutant(
        "the way back starts at a label that may not be the last",
        "nn/heads/_linear_chain.py",
        "best_at_end.append((scores + end).argmax(dim=1))",
        "best_at_end.append(scores.argmax(dim=1))",
        (
            "tests/nn/heads/test_linear_chain.py"
            "::test_two_labels_and_two_steps_agree_with_work_by_hand",
        ),
    ),
    Mutant(
        "the last label has no score in the loss of a CRF",
        "nn/heads/_linear_chain.py",
        "beta = end.expand_as(steps[0])",
        "beta = torch.zeros_like(end).expand_as(steps[0])",
        (
            "tests/nn/heads/test_linear_chain.py"
            "::test_two_labels_and_two_steps_agree_with_work_by_hand",
        ),
    ),
    Mutant(
        "a forbidden transition is scored",
        "nn/heads/_linear_chain.py",
        "table = table.masked_fill(self.forbidden[:, :-1], forbidden)",
        "pass",
        (
            "tests/nn/heads/test_linear_chain.py::test_forbidden_scores_are_never_trained",
        ),
    ),
    Mutant(
        "noise is added to what stands beside the variables",
        "_training/_number_reader.py",
        "            x += self.noise * rng.standard_normal(x.shape, dtype=x.dtype)",
        "            beside = [part + self.noise * rng.normal() for part in beside]",
        (
            "tests/_training/test_data.py::test_training_adds_noise"
            "_to_standardised_values_and_nothing_beside_them",
        ),
    ),
    Mutant(
        "a message on the validation data calls them X and y",
        "estimators/_base.py",
        'with _naming_arguments("X_val and y_val"):',
        "with nullcontext():",
        (
            "tests/estimators/test_transcriber.py"
            "::test_too_few_steps_are_refused_by_row_and_numbers",
        ),
    ),
    Mutant(
        "the noise asked for does not reach the numbers",
        "estimators/_input.py",
        'self._setting("input_noise"),',
        "0.0,",
        ("tests/estimators/test_training.py::test_numbers_are_learnt_under_noise",),
    ),
    Mutant(
        "word dropout spares the words seen often",
        "_training/_token_reader.py",
        "max(0.5, self.word_dropout), self.word_dropout",
        "max(0.5, self.word_dropout), 0.0",
        (
            "tests/_training/test_data.py"
            "::test_word_dropout_forgets_all_words_and_no_word_less_often",
        ),
    ),
    Mutant(
        "the updates go on from the average",
        "_training/_averaging.py",
        "self._put(self.going_on_)",
        "pass",
        (
            "tests/_training/test_averaging.py"
            "::test_the_updates_go_on_as_they_would_without",
        ),
    ),
    Mutant(
        "validation does not see the average",
        "_training/_averaging.py",
        "if not training:  # the updates of this epoch are done",
        "if False:",
        ("tests/_training/test_averaging.py::test_validation_looks_at_the_average",),
    ),
    Mutant(
        "the average keeps the random start",
        "_training/_averaging.py",
        "min(self.decay, (1 + self.n_updates_) / (10 + self.n_updates_))",
        "self.decay",
        (
            "tests/_training/test_averaging.py"
            "::test_the_network_holds_the_average_of_all_updates_so_far",
        ),
    ),
    Mutant(
        "the final state beside the maximum is that of the last step",
        "nn/_poolings.py",
        "self.final = FinalState(",
        "self.final = LastStep(",
        ("tests/nn/test_poolings.py::test_pooling_agrees_with_work_by_hand",),
    ),
    Mutant(
        "a mean is computed in float32 in evaluation",
        "nn/_poolings.py",
        "return _as_double(pooling), outputs.double()",
        "return pooling, outputs",
        (
            "tests/nn/test_poolings.py"
            "::test_in_evaluation_the_order_of_sums_does_not_show",
        ),
    ),
    Mutant(
        "a pooling of one's own draws from the global stream",
        "nn/_poolings.py",
        "with seeded_globally(int(torch.randint(2**31, (), generator=generator))):",
        "if True:",
        (
            "tests/nn/test_poolings.py"
            "::test_a_pooling_of_ones_own_takes_part_in_a_network",
        ),
    ),
    Mutant(
        "a pooling that reads padding is let through",
        "nn/_poolings.py",
        "if not torch.equal(pooled, of_spoilt):",
        "if False:",
        (
            "tests/nn/test_poolings.py"
            "::test_a_pooling_that_cannot_work_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "the target of a window is a step late",
        "sequences/_windows.py",
        "last = np.arange(window - 1, window - 1 + n_windows)",
        "last = np.minimum(np.arange(window, window + n_windows), len(steps) - 2)",
        (
            "tests/sequences/test_windows.py"
            "::test_windows_are_those_of_a_walk_along_the_series",
        ),
    ),
    Mutant(
        "windows are copies of the series",
        "sequences/_windows.py",
        "return X, steps[",
        "return X.copy(), steps[",
        (
            "tests/sequences/test_windows.py"
            "::test_windows_share_the_memory_of_the_series_and_cannot_be_written_to",
        ),
    ),
    Mutant(
        "partial_fit lays a course to an end of its own",
        "_training/_callbacks.py",
        "endless = self.total is None and self.lr_schedule in PLANNED",
        "endless, self.total = False, self.total or 6",
        (
            "tests/_training/test_callbacks.py::test_partial_fit_knows_no_end_to_lay_a_course_to",
        ),
    ),
    Mutant(
        "the cosine ends amid the training",
        "_training/_optimizers.py",
        "T_max=total",
        "T_max=total // 2",
        (
            "tests/_training/test_callbacks.py"
            "::test_cosine_is_half_a_wave_over_all_updates",
        ),
    ),
    Mutant(
        "a plateau is that of the training loss",
        "_training/_callbacks.py",
        'row.get("valid_loss", row["train_loss"])',
        'row["train_loss"]',
        (
            "tests/_training/test_callbacks.py"
            "::test_plateau_watches_the_validation_loss_where_there_is_one",
        ),
    ),
    Mutant(
        "no warning where X_val is cut by every fold",
        "estimators/_base.py",
        "if len(validation.rows) == n_rows and",
        "if False and",
        (
            "tests/estimators/test_composition.py"
            "::test_validation_data_with_as_many_rows_is_cut_to_every_fold",
        ),
    ),
    Mutant(
        "a fit by hand warns that X_val is cut",
        "estimators/_base.py",
        ' and is_called_by("sklearn", CUT_FIT_PARAMS):',
        ":",
        (
            "tests/estimators/test_composition.py::test_validation_data_with_as_many_rows_is_cut_to_every_fold",
        ),
    ),
    Mutant(
        "a warning names a line of scikit-learn",
        "_messages.py",
        'LIBRARIES = {PACKAGE, "sklearn", "skorch"',
        'LIBRARIES = {PACKAGE, "skorch"',
        ("tests/test_messages.py::test_a_warning_names_the_line_of_the_user",),
    ),
    Mutant(
        "a library is told by the beginning of its name",
        "_messages.py",
        'return str(name).partition(".")[0]',
        'return str(name)[:11].partition(".")[0]',
        ("tests/test_messages.py::test_the_user_is_whoever_is_no_library",),
    ),
    Mutant(
        "a warning about labels names a line of the package",
        "sequences/_targets.py",
        "and repeat_warnings(_kind_of, y)",
        "and _kind_of(y)",
        (
            "tests/test_messages.py"
            "::test_a_warning_of_scikit_learn_about_labels_names_the_line_of_the_user",
        ),
    ),
    Mutant(
        "nothing is said of labels that are nearly all different",
        "sequences/_targets.py",
        "is_plain and 0 < 2 * len(np.unique(y)) <= len(y)",
        "is_plain",
        (
            "tests/test_messages.py"
            "::test_a_warning_of_scikit_learn_about_labels_names_the_line_of_the_user",
        ),
    ),
    Mutant(
        "an unknown label is said to be in the first row",
        "sequences/_targets.py",
        "first = np.argmax(unknown)",
        "first = 0",
        (
            "tests/sequences/test_targets.py::test_of_many_unknown_labels_five_are_named_and_the_first_row",
        ),
    ),
    Mutant(
        "one-hot rows are learnt in silence",
        "sequences/_targets.py",
        "and np.all(y.sum(axis=1) == 1)",
        "and np.all(y.sum(axis=1) == 0)",
        (
            "tests/sequences/test_targets.py"
            "::test_rows_with_one_label_each_are_warned_about",
        ),
    ),
    Mutant(
        "a long list is printed whole",
        "_messages.py",
        "AT_MOST = 5",
        "AT_MOST = 10_000",
        ("tests/test_messages.py::test_a_long_list_is_cut_after_five",),
    ),
    Mutant(
        "a fit that goes on forgets what callbacks carry",
        "_training/_checkpoint.py",
        """        _restore_callbacks(net, found["callbacks"])
        # Again""",
        "        # Again",
        (
            "tests/_training/test_checkpoint.py"
            "::test_callbacks_go_on_with_what_they_carry",
        ),
    ),
    Mutant(
        "a fit that goes on begins with a new optimiser",
        "_training/_state.py",
        "    net.optimizer_.load_state_dict(_to_tensors(state))\n",
        "",
        ("tests/_training/test_checkpoint.py::test_a_fit_goes_on_to_the_same_bits",),
    ),
    Mutant(
        "a checkpoint of other data is taken for this one",
        "_training/_checkpoint.py",
        "if before.get(name) != now.get(name)",
        'if before.get(name) != now.get(name) and name != "data"',
        ("tests/_training/test_checkpoint.py::test_other_data_is_refused_by_name",),
    ),
    Mutant(
        "a checkpoint copies the windows that it hashes",
        "estimators/_identity.py",
        "for chunk in data.iterate_values()]",
        "for chunk in [data.values]]",
        (
            "tests/_training/test_checkpoint.py"
            "::test_windows_are_known_as_their_copy_and_hashed_without_one",
        ),
    ),
    Mutant(
        "any two lambdas are one to a checkpoint",
        "estimators/_identity.py",
        'if isinstance(value, FunctionType) and "<" in value.__qualname__:',
        "if False:",
        (
            "tests/_training/test_checkpoint.py"
            "::test_what_cannot_be_told_from_others_is_refused",
        ),
    ),
    Mutant(
        "the seed that a checkpoint keeps is not taken",
        "estimators/_base.py",
        "return saved_fit, saved_fit.seed if saved_fit else seed",
        "return saved_fit, seed",
        (
            "tests/_training/test_checkpoint.py"
            "::test_what_is_held_out_follows_from_the_seed_that_was_kept",
        ),
    ),
    Mutant(
        "a damaged checkpoint is read",
        "_training/_tree_file.py",
        "if content != _head(FORMAT, body) + body:",
        "if False:",
        ("tests/_training/test_tree_file.py::test_any_damage_is_seen",),
    ),
    Mutant(
        "a fit that is done is trained again",
        "_training/_checkpoint.py",
        'if not found["finished"]:',
        "if True:",
        (
            "tests/_training/test_checkpoint.py"
            "::test_a_fit_that_is_done_is_read_and_not_repeated",
        ),
    ),
    Mutant(
        "a checkpoint is written after every epoch whatever is asked",
        "_training/_checkpoint.py",
        "% self.every == 0",
        "% 1 == 0",
        (
            "tests/_training/test_checkpoint.py"
            "::test_every_says_how_often_it_is_written",
        ),
    ),
    Mutant(
        "a full disk ends the fit that keeps a checkpoint",
        "_training/_checkpoint.py",
        "        except OSError as error:\n            warn(",
        "        except FileNotFoundError as error:\n            warn(",
        (
            "tests/_training/test_checkpoint.py"
            "::test_a_disk_that_is_full_does_not_end_the_fit",
        ),
    ),
    Mutant(
        "all fits in a folder have one checkpoint",
        "_training/_checkpoint.py",
        "-{digest[:16]}.checkpoint",
        "-{digest[:0]}.checkpoint",
        (
            "tests/_training/test_checkpoint.py"
            "::test_in_a_folder_each_fit_has_its_own_file",
        ),
    ),
    Mutant(
        "a checkpoint of another fit is taken for this one",
        "_training/_checkpoint.py",
        "    if differing:\n",
        "    if False:\n",
        (
            "tests/_training/test_checkpoint.py"
            "::test_a_checkpoint_of_another_fit_is_refused_by_name",
        ),
    ),
    Mutant(
        "a checkpoint is written over the old one",
        "_training/_tree_file.py",
        "part = path.with_name(name)",
        "part = path",
        (
            "tests/_training/test_tree_file.py::test_a_file_is_there_only_when_it_is_whole",
            "tests/_training/test_tree_file.py::test_a_failed_writing_leaves_the_old_file",
        ),
    ),
    Mutant(
        "a time budget waits for the validation part",
        "_training/_time_budget.py",
        "if training and time",
        "if not training and time",
        (
            "tests/_training/test_time_budget.py::test_training_ends_with_the_update_that_goes_over_the_time",
        ),
    ),
    Mutant(
        "early stopping takes a lower score for a better one",
        "_training/_callbacks.py",
        'value = -value if self.monitor == "valid_loss" else value',
        "value = -value",
        (
            "tests/estimators/test_watching.py"
            "::test_the_epoch_of_the_best_score_is_gone_back_to",
        ),
    ),
    Mutant(
        "a score that fails does so after an epoch",
        "_training/_callbacks.py",
        "self.scorer(net)  # what cannot be scored shall fail before training",
        "pass",
        (
            "tests/estimators/test_watching.py"
            "::test_a_score_that_fails_fails_before_training",
        ),
    ),
    Mutant(
        "the scorer does not receive the weights of the rows held out",
        "estimators/_watching.py",
        'weight = {"sample_weight": validation.weight}',
        "weight = {}",
        (
            "tests/estimators/test_watching.py"
            "::test_the_scorer_receives_the_weights_of_the_rows_held_out",
        ),
    ),
    Mutant(
        "the best epoch is the last that was better by tol",
        "_training/_callbacks.py",
        "if value > self.best_value_:",
        "if value > self.to_beat_:",
        (
            "tests/estimators/test_watching.py"
            "::test_the_best_epoch_is_that_of_the_least_loss_whatever_tol_says",
        ),
    ),
    Mutant(
        "the least fall of the loss is an improvement",
        "_training/_callbacks.py",
        "self.to_beat_ = value + self.tol",
        "self.to_beat_ = value",
        ("tests/estimators/test_training.py::test_tol_is_the_least_fall_of_the_loss",),
    ),
    Mutant(
        "training goes on for an epoch beyond its patience",
        "_training/_callbacks.py",
        "if self.misses_ == self.patience:",
        "if self.misses_ > self.patience:",
        (
            "tests/estimators/test_training.py"
            "::test_training_ends_when_nothing_improves",
        ),
    ),
    Mutant(
        "groups are torn by a share of the rows",
        "estimators/_validation_part.py",
        "    if groups is None:\n        splitter_class",
        "    if True:\n        splitter_class",
        (
            "tests/estimators/test_validation_part.py"
            "::test_a_share_of_the_groups_is_held_out_whole",
        ),
    ),
    Mutant(
        "rows are held out though validation data is given",
        "estimators/_base.py",
        "        if validation is None:\n            rows, validation",
        "        if wants_early_stopping(self.early_stopping, len(rows)):\n"
        "            rows, validation",
        (
            "tests/estimators/test_training.py"
            "::test_given_validation_data_takes_the_place_of_a_held_out_part",
        ),
    ),
    Mutant(
        "groups may be fewer than rows",
        "estimators/_base.py",
        "check_consistent_length(whole.sequences, given.groups)",
        "pass",
        (
            "tests/estimators/test_watching.py"
            "::test_groups_of_another_length_are_refused",
        ),
    ),
    Mutant(
        "a share of the groups may lack a class",
        "estimators/_validation_part.py",
        "_nearest(y, parts) if by_groups and stratify else parts[-1]",
        "parts[-1]",
        (
            "tests/estimators/test_validation_part.py"
            "::test_a_share_of_groups_has_every_class_if_any_does",
        ),
    ),
    Mutant(
        "a splitter does not receive the groups",
        "estimators/_validation_part.py",
        "splitter.split(np.zeros(len(y)), y, groups)",
        "splitter.split(np.zeros(len(y)), y)",
        (
            "tests/estimators/test_validation_part.py"
            "::test_a_splitter_receives_the_groups",
        ),
    ),
    Mutant(
        "the first split of a splitter counts",
        "estimators/_validation_part.py",
        "else parts[-1]\n",
        "else parts[0]\n",
        (
            "tests/estimators/test_validation_part.py"
            "::test_of_a_splitter_the_last_split_is_used",
        ),
    ),
    Mutant(
        "what is held out is not stratified",
        "estimators/_validation_part.py",
        "StratifiedShuffleSplit if stratify else ShuffleSplit",
        "ShuffleSplit",
        (
            "tests/estimators/test_validation_part.py"
            "::test_the_shares_of_the_classes_are_kept",
        ),
    ),
    Mutant(
        "a rare class is an error though nobody asked for early stopping",
        "estimators/_validation_part.py",
        'may_go_without = early_stopping == "auto"',
        "may_go_without = False",
        (
            "tests/estimators/test_validation_part.py"
            "::test_a_part_without_a_class_is_refused_but_for_auto",
        ),
    ),
    Mutant(
        "early stopping by size waits for one row more",
        "estimators/_validation_part.py",
        "return n_rows >= AUTO_EARLY_STOPPING_ROWS",
        "return n_rows > AUTO_EARLY_STOPPING_ROWS",
        ("tests/estimators/test_validation_part.py::test_auto_is_on_from_2000_rows",),
    ),
    Mutant(
        "a callback of scikit-learn cannot end a fit",
        "_training/_callbacks.py",
        "if self.report.end_epoch(net):",
        "if self.report.end_epoch(net) and False:",
        ("tests/estimators/test_watching.py::test_a_callback_may_stop_the_fit",),
    ),
    Mutant(
        "the estimator shown to a callback goes on training",
        "estimators/_watching.py",
        "self.estimator._copy_net(net)",
        "net",
        (
            "tests/estimators/test_watching.py::test_the_estimator_shown_is_the_one_training_would_leave",
        ),
    ),
    Mutant(
        "the bars of workers are drawn over each other",
        "_training/_callbacks.py",
        "position=None if worker is None else (worker - 1) % cpu_count(),",
        "position=None,",
        (
            "tests/_training/test_callbacks.py"
            "::test_the_bars_of_workers_have_lines_of_their_own",
        ),
    ),
    Mutant(
        "processes that the accelerator does not see are let in",
        "_training/_accelerated.py",
        "if n_launched != accelerator.num_processes:",
        "if False:",
        (
            "tests/interop/test_accelerate.py"
            "::test_processes_that_the_accelerator_does_not_see_are_refused",
        ),
    ),
    Mutant(
        "a process that learns other data is not told",
        "_training/_accelerated.py",
        "torch.tensor([_fingerprint(self.module_, X, seed)]",
        "torch.tensor([0]",
        (
            "tests/interop/test_accelerate.py"
            "::test_processes_that_learn_something_else_raise_before_training",
        ),
    ),
    Mutant(
        "a bar is drawn where nobody looks",
        "_training/_callbacks.py",
        "disable=None",
        "disable=False",
        ("tests/_training/test_callbacks.py::test_there_is_no_bar_where_nobody_looks",),
    ),
    Mutant(
        "a file may name any class",
        "persistence/_files.py",
        "known = [*_known(kinds), *given]",
        "known = [*kinds, *given]",
        (
            "tests/persistence/test_hostile.py"
            "::test_what_is_not_trusted_is_listed_and_not_imported",
        ),
    ),
    Mutant(
        "a name is trusted in any kind of node",
        "persistence/_files.py",
        "if kinds[name] == {table.get(name)}]",
        "if name in table]",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_trusted_name_in_another_kind_of_node_is_not_trusted",
        ),
    ),
    Mutant(
        "a random generator is trusted",
        "persistence/_trusted.py",
        'GENERATORS = {"RandomGeneratorNode", "RandomStateNode"}',
        "GENERATORS = set()",
        (
            "tests/persistence/test_save.py"
            "::test_the_error_lists_the_types_to_trust_and_the_list_works",
        ),
    ),
    Mutant(
        "a list of splits is asked about",
        "persistence/_trusted.py",
        '    "sklearn.model_selection._split._CVIterableWrapper",\n',
        "",
        ("tests/persistence/test_save.py::test_parts_of_a_fitted_search_need_no_word",),
    ),
    Mutant(
        "keys of a dict are given to what a file names",
        "persistence/_archive.py",
        'if kind["__loader__"] != "TypeNode" or not KEY_TYPE.fullmatch(name):',
        "if False:",
        (
            "tests/persistence/test_hostile.py"
            "::test_the_keys_of_a_dict_are_not_given_to_a_function",
        ),
    ),
    Mutant(
        "an old protocol of skops is read",
        "persistence/_archive.py",
        "OLDEST_PROTOCOL = 2",
        "OLDEST_PROTOCOL = 0",
        (
            "tests/persistence/test_hostile.py"
            "::test_the_laxer_nodes_of_old_protocols_are_refused",
        ),
    ),
    Mutant(
        "a compressed file is unpacked",
        "persistence/_archive.py",
        "member.compress_type != zipfile.ZIP_STORED",
        "member.compress_type < 0",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_zip_bomb_is_refused_before_it_is_unpacked",
        ),
    ),
    Mutant(
        "members of a file may share their bytes",
        "persistence/_archive.py",
        "if sum(member.file_size for member in members) > len(content):",
        "if False:",
        (
            "tests/persistence/test_hostile.py"
            "::test_members_that_share_their_bytes_are_refused",
        ),
    ),
    Mutant(
        "the header of a saved array is believed",
        "persistence/_archive.py",
        "size != len(content) - file.tell()",
        "size < 0",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_header_that_promises_too_much_is_refused",
        ),
    ),
    Mutant(
        "the indices of a saved matrix are believed",
        "persistence/_archive.py",
        "matrix.check_format(full_check=True)",
        "matrix.check_format(full_check=False)",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_sparse_matrix_that_would_do_harm_is_refused",
        ),
    ),
    Mutant(
        "one array may be named without end",
        "persistence/_archive.py",
        "if self.room < 0:",
        "if False:",
        (
            "tests/persistence/test_hostile.py"
            "::test_one_array_named_very_often_is_refused",
        ),
    ),
    Mutant(
        "objects that differ may have one id",
        "persistence/_archive.py",
        "!= number:",
        '== "other":',
        (
            "tests/persistence/test_hostile.py"
            "::test_lists_that_double_at_each_level_are_refused",
        ),
    ),
    Mutant(
        "a net may be larger than its weights",
        "estimators/_base.py",
        "check_sizes(sizes, weights, self._target.n_weights)",
        "pass",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_net_larger_than_its_weights_is_not_made",
        ),
    ),
    Mutant(
        "a head may have more classes than weights",
        "estimators/targets/_labels.py",
        "return n_pooled * self.n_outputs",
        "return 0",
        (
            "tests/persistence/test_hostile.py::test_a_head_larger_than_its_weights_is_not_made",
        ),
    ),
    Mutant(
        "a head may be larger than its weights",
        "estimators/targets/_scaled.py",
        "return n_units * self.n_outputs_",
        "return 0",
        (
            "tests/persistence/test_hostile.py::test_a_head_larger_than_its_weights_is_not_made",
        ),
    ),
    Mutant(
        "each layer of a saved net may be as large as all weights",
        "_training/_state.py",
        "if n_layers > len(weights) or n_layers * in_layer > n_weights:",
        "if n_layers > len(weights):",
        (
            "tests/persistence/test_hostile.py"
            "::test_a_net_larger_than_its_weights_is_not_made",
        ),
    ),
    Mutant(
        "one array counts as many weights",
        "_training/_state.py",
        "sum({id(w): w.size for w in weights.values()}.values())",
        "sum(w.size for w in weights.values())",
        ("tests/persistence/test_hostile.py::test_one_array_cannot_be_many_weights",),
    ),
    Mutant(
        "a damaged file raises whatever its reader says",
        "persistence/_files.py",
        "except Exception as error:  # whatever skops",
        "except TypeError as error:  # whatever skops",
        (
            "tests/persistence/test_hostile.py"
            "::test_damage_anywhere_is_refused_with_the_path_or_does_no_harm",
        ),
    ),
    Mutant(
        "a model is saved over the old one",
        "persistence/_files.py",
        "replace_file(Path(path), content)",
        "Path(path).write_bytes(content)",
        (
            "tests/persistence/test_save.py"
            "::test_a_file_takes_the_place_of_the_old_one_at_one_stroke",
        ),
    ),
    Mutant(
        "what no program can import is saved",
        "persistence/_files.py",
        'if module == "__main__" or found is not thing:',
        "if False:",
        (
            "tests/persistence/test_save.py"
            "::test_what_would_not_come_back_is_refused_by_name",
        ),
    ),
    Mutant(
        "what skops cannot read is saved",
        "persistence/_files.py",
        "if set(types).difference(known):",
        "if False:",
        (
            "tests/persistence/test_save.py"
            "::test_what_would_not_come_back_is_refused_by_name",
        ),
    ),
    Mutant(
        "a partial_fit that fails leaves half an epoch behind",
        "estimators/_base.py",
        "with undone_on_error(net) if goes_on else nullcontext():",
        "with nullcontext():",
        (
            "tests/estimators/test_external_errors.py"
            "::test_a_partial_fit_that_fails_leaves_what_was_learnt",
        ),
    ),
    Mutant(
        "memory that runs out is not told with its batch",
        "_training/_out_of_memory.py",
        "if not _is_out_of_memory(error):",
        "if True:",
        (
            "tests/estimators/test_external_errors.py::test_a_batch_that_is_too_large_is_named",
        ),
    ),
    Mutant(
        "each process steps by the gradient of its own share",
        "_training/_accelerated.py",
        'flat = accelerator.reduce(flat, reduction="sum")',
        'flat = accelerator.reduce(flat.clone(), reduction="sum") * 0 + flat',
        ("tests/interop/test_accelerate.py::test_two_learn_what_one_learns",),
    ),
    Mutant(
        "the suggested rate is that of the lowest loss",
        "inspection/_learning_rate.py",
        "return max(float(lrs[0]), float(np.sqrt(fallen * below_lowest)))",
        "return float(lrs[np.argmin(smoothed)])",
        ("tests/inspection/test_learning_rate.py",),
    ),
    Mutant(
        "planned rates come in reverse",
        "_training/_lr_range.py",
        "for update in range(n_updates):",
        "for update in reversed(range(n_updates)):",
        (
            "tests/_training/test_lr_range.py"
            "::test_planned_rates_are_those_of_a_hand_calculation",
        ),
    ),
    Mutant(
        "the test of rates goes on after the loss exploded",
        "_training/_lr_range.py",
        " or has_exploded(self.smoothed_)",
        "",
        ("tests/_training/test_lr_range.py::test_an_explosion_ends_the_training",),
    ),
    Mutant(
        "the test of rates trains what it is given",
        "inspection/_learning_rate.py",
        "_steps_of(clone(estimator))",
        "_steps_of(estimator)",
        (
            "tests/inspection/test_learning_rate.py"
            "::test_a_fitted_estimator_stays_as_it_is",
        ),
    ),
    Mutant(
        "the rates of a test rise evenly",
        "_training/_lr_range.py",
        "np.geomspace(",
        "np.linspace(",
        (
            "tests/_training/test_lr_range.py"
            "::test_the_rates_of_the_updates_form_a_geometric_series",
        ),
    ),
    Mutant(
        "the traced candidate of a GRU forgets its reset gate",
        "nn/kernels/_gru.py",
        "n = (in_n + r * re_n).tanh()",
        "n = (in_n + re_n).tanh()",
        ("tests/nn/test_trace.py",),
    ),
    Mutant(
        "the traced backward half is not turned round",
        "nn/_trace.py",
        "reverse_within_length(backward[name], lengths)], dim=2)",
        "backward[name]], dim=2)",
        ("tests/nn/test_trace.py",),
    ),
    Mutant(
        "states go to the rows in the order of the batches",
        "_training/_trace.py",
        "places = iter(batches.order)",
        "places = iter(range(len(dataset)))",
        (
            "tests/_training/test_trace.py::test_each_row_has_its_own_length_in_its_own_place",
        ),
    ),
    Mutant(
        "units are drawn in the order of their numbers",
        "inspection/_states.py",
        "if not sort:",
        "if sort:",
        (
            "tests/inspection/test_states.py"
            "::test_units_are_in_the_order_of_their_largest_step",
        ),
    ),
    Mutant(
        "a public function does not say the type of a parameter",
        "inspection/_states.py",
        "def hidden_states(estimator: Any, X: Any)",
        "def hidden_states(estimator: Any, X)",
        ("tests/test_architecture.py::test_every_public_function_says_its_types",),
    ),
    Mutant(
        "the mean of folds goes beyond the shortest",
        "inspection/_training_curve.py",
        "shortest = min(map(len, rows))",
        "shortest = max(map(len, rows))",
        ("tests/inspection/test_training_curve.py",),
    ),
    Mutant(
        "the epoch kept is marked one too late",
        "inspection/_training_curve.py",
        "(epoch, history[curve.watched][epoch - 1])",
        "(epoch + 1, history[curve.watched][epoch - 1])",
        (
            "tests/inspection/test_training_curve.py"
            "::test_the_epoch_kept_is_marked_on_what_is_watched",
        ),
    ),
    Mutant(
        "rows of one length are divided among bins",
        "inspection/_length_score.py",
        "ranks = np.searchsorted(np.sort(lengths), lengths)",
        "ranks = np.argsort(np.argsort(lengths))",
        ("tests/inspection/test_length_score.py",),
    ),
    Mutant(
        "whole numbers are taken for classes whatever the targets are",
        "inspection/_length_score.py",
        "_r2 if _is_real(y_true) or _is_real(y_pred)",
        "_r2 if _is_real(y_pred)",
        (
            "tests/inspection/test_length_score.py::"
            "test_whole_numbers_are_scored_by_r2_where_they_are_no_classes",
        ),
    ),
    Mutant(
        "forbidden transitions are not hatched",
        "inspection/_transitions.py",
        "self._hatch(ax, ~allowed)",
        "pass",
        (
            "tests/inspection/test_transitions.py"
            "::test_a_forbidden_pair_is_hatched_and_the_legend_says_so",
        ),
    ),
    Mutant(
        "an accent is no part of its letter",
        "text/_spans.py",
        "stops[-1] = stop  # an accent belongs to the letter before it",
        "pass",
        ("tests/text/test_spans.py::test_what_is_changed_on_the_way_is_followed",),
    ),
    Mutant(
        "a text that a preprocessor rewrote is taken for the text itself",
        "text/_spans.py",
        'if parameters["preprocessor"] is not None:',
        "if False:",
        (
            "tests/text/test_spans.py::"
            "test_where_a_function_rewrites_the_texts_there_are_no_spans",
        ),
    ),
    Mutant(
        "a token that may be in two places is said to be in the first",
        "text/_spans.py",
        "        if place != span[0]:\n            return None\n",
        "",
        (
            "tests/text/test_spans.py::"
            "test_tokens_of_a_tokenizer_have_spans_if_they_are_found_in_one_way",
        ),
    ),
    Mutant(
        "nothing is left out by occlusion",
        "_training/_attributions.py",
        "chosen[np.arange(len(places)), places] = last",
        "pass",
        ("tests/_training/test_attributions.py::test_occlusion_is_brute_force",),
    ),
    Mutant(
        "contributions need not add up",
        "_training/_attributions.py",
        "rows = rows[~(np.abs(found.missing) <= allowed)[rows]]",
        "rows = rows[:0]",
        (
            "tests/_training/test_attributions.py"
            "::test_points_are_added_where_they_are_needed",
        ),
    ),
    Mutant(
        "what tells nothing is a frequent word, not the unknown one",
        "_training/_attributions.py",
        "np.full_like(values, UNK)",
        "np.full_like(values, UNK + 1)",
        (
            "tests/inspection/test_explain.py"
            "::test_the_baseline_of_a_text_is_the_unknown_word_at_every_step",
        ),
    ),
    Mutant(
        "another sequence's step is explained",
        "_training/_attributions.py",
        "return np.cumsum(lengths) - lengths + self.steps",
        "return self.steps",
        ("tests/_training/test_attributions.py::test_one_step_is_explained",),
    ),
    Mutant(
        "the first class is explained as the second",
        "inspection/_outputs.py",
        "np.where(columns == 1, 1.0, -1.0)",
        "np.ones(len(columns))",
        (
            "tests/inspection/test_explain.py::"
            "test_the_first_of_two_classes_has_the_logit_with_its_sign_turned",
        ),
    ),
    Mutant(
        "contributions that do not add up are not told",
        "inspection/_explain.py",
        "            _warn_where_incomplete(found, output, tol)\n",
        "            pass\n",
        ("tests/inspection/test_explain.py::test_what_does_not_add_up_is_said",),
    ),
    Mutant(
        "a regression is explained in standard deviations",
        "inspection/_outputs.py",
        'return rnn._target.place_of(columns), scale, mean, "y"',
        'return rnn._target.place_of(columns), factor, shift, "y"',
        (
            "tests/inspection/test_explain.py"
            "::test_a_regression_is_explained_in_units_of_y",
        ),
    ),
    Mutant(
        "outputs of any head are explained as classes",
        "inspection/_outputs.py",
        "if head not in HEADS:",
        "if False:",
        (
            "tests/inspection/test_explain.py::test_outputs_of_a_head_of_ones_own_are_not_explained",
        ),
    ),
    Mutant(
        "a text is written into HTML as it is",
        "inspection/_html.py",
        "text = html.escape(piece.text)",
        "text = piece.text",
        ("tests/inspection/test_importance.py::test_html_is_escaped_and_well_formed",),
    ),
    Mutant(
        "colours are as strong as they can be, and letters on them hard to read",
        "inspection/_html.py",
        "MOST_COLOUR = 0.75",
        "MOST_COLOUR = 1.0",
        (
            "tests/inspection/test_importance.py::"
            "test_black_letters_stand_out_from_the_strongest_colours",
        ),
    ),
    Mutant(
        "a bin is scored by what another method says",
        "inspection/_length_score.py",
        "getattr(rnn, response_method)(sequences)",
        "rnn.predict(sequences)",
        (
            "tests/inspection/test_length_score.py::"
            "test_a_metric_scores_what_a_method_gives_for_the_rows_of_each_bin",
        ),
    ),
    Mutant(
        "a cell that forgets its state is let through",
        "nn/kernels/_make.py",
        '_compare(module, "last two steps", way, second, whole[:, 2:])',
        "pass",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a cell that reads later steps is let through",
        "nn/kernels/_make.py",
        '_compare(module, "first two steps", "these alone", first, whole[:, :2])',
        "pass",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a step of an own cell may differ from its forward",
        "nn/kernels/_make.py",
        '_compare(module, "third step", "the method step", third, whole[:, 2])',
        "pass",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a part of one's own may draw in training",
        "nn/_seeding.py",
        "    if draws.happened:",
        "if False:",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "an own cell is not tried before a fit",
        "estimators/_base.py",
        "check_cell(self.cell, net.module_.encoder.input_size, self.hidden_size)",
        "pass",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "an own pooling is not tried before a fit",
        "estimators/_pooled.py",
        "check_pooling(self.pooling, bidirectional=self.bidirectional)",
        "pass",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "an own loss is not tried before a fit",
        "_training/_net.py",
        "    _try_loss(net, dataset)\n",
        "",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a loss without a gradient is let through",
        "nn/_losses.py",
        "if not losses.requires_grad:",
        "if False:",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_part_that_does_not_fit_is_refused_before_a_fit",
        ),
    ),
    Mutant(
        "a fit changes the loss module of the user",
        "nn/_losses.py",
        "        loss = copy.deepcopy(loss)\n",
        "        pass\n",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_fit_follows_from_the_seed_and_leaves_the_parts_as_they_are",
        ),
    ),
    Mutant(
        "an own cell must have as many weights as an Elman RNN",
        "_training/_state.py",
        'if not isinstance(sizes.get("cell", "lstm"), str):',
        "if False:",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_pooling_to_one_unit_and_a_cell_of_few_weights_are_read_back",
        ),
    ),
    Mutant(
        "a head behind an own pooling must read all units",
        "estimators/targets/_labels.py",
        "n_units if isinstance(self.pooling, str) else 1",
        "n_units",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_pooling_to_one_unit_and_a_cell_of_few_weights_are_read_back",
        ),
    ),
    Mutant(
        "dropout of an own part does not follow from the seed",
        "nn/_network.py",
        "for k, stream in enumerate(streams):",
        "for k, stream in enumerate(streams[:1]):",
        (
            "tests/estimators/test_own_parts.py"
            "::test_dropout_of_an_own_part_follows_from_the_seed",
        ),
    ),
    Mutant(
        "all streams of dropout have the same masks",
        "nn/_network.py",
        "stream.reseed(seed + k)",
        "stream.reseed(seed)",
        (
            "tests/estimators/test_own_parts.py"
            "::test_dropout_of_an_own_part_follows_from_the_seed",
        ),
    ),
    Mutant(
        "a warm start wants the same object for a loss",
        "estimators/targets/_target.py",
        " or inspect.isroutine(loss) else type(loss)",
        " or True else type(loss)",
        (
            "tests/estimators/test_own_parts.py"
            "::test_training_goes_on_with_parts_of_the_same_class_only",
        ),
    ),
    Mutant(
        "an own cell with gates is traced as a GRU",
        "nn/_trace.py",
        "is_ours = isinstance(cell, tuple(CELLS.values()))",
        'is_ours = hasattr(cell, "gates")',
        ("tests/estimators/test_own_parts.py::test_own_parts_can_be_looked_into",),
    ),
    Mutant(
        "the weights of an own pooling are computed in float32",
        "nn/_poolings.py",
        "pooling.weights(encoded._replace(outputs=exact))",
        "pooling.weights(encoded)",
        ("tests/estimators/test_own_parts.py::test_own_parts_can_be_looked_into",),
    ),
    Mutant(
        "a loss with tensors is left to skops",
        "persistence/_files.py",
        'if not isinstance(value, type) and getattr(value, "state_dict", dict)():',
        "if False:",
        ("tests/estimators/test_own_parts.py::test_a_loss_with_tensors_is_not_saved",),
    ),
    Mutant(
        "a target of one class for each sequence takes label matrices",
        "estimators/targets/_labels.py",
        "if multilabel and not self.may_be_multilabel:",
        "if False:",
        ("tests/test_contributing.py::test_it_is_copied_goes_on_and_reads_steps",),
    ),
    Mutant(
        "a checkpoint knows a loss module by its pickle",
        "estimators/_identity.py",
        'if hasattr(value, "named_modules"):',
        "if False:",
        (
            "tests/estimators/test_own_parts.py"
            "::test_a_checkpoint_knows_a_part_by_its_class",
        ),
    ),
    Mutant(
        "a sequence with its end pays for going on",
        "nn/_beam_search.py",
        "    log_proba = log_proba.masked_fill(done & is_end, 0.0)\n",
        "",
        (
            "tests/nn/test_beam_search.py"
            "::test_a_sequence_that_has_its_end_does_not_grow",
        ),
    ),
    Mutant(
        "a beam forgets the largest length",
        "nn/_beam_search.py",
        "ends_only = done | at_limit.view(-1, 1, 1)",
        "ends_only = done",
        (
            "tests/nn/test_beam_search.py"
            "::test_a_wide_beam_finds_the_best_of_all_sequences",
        ),
    ),
    Mutant(
        "no answer is ever cut",
        "nn/_beam_search.py",
        "cut = at_limit.unsqueeze(1) & (log_proba.argmax(dim=2) != end)",
        "cut = torch.zeros_like(beams.cut)",
        ("tests/estimators/test_translator.py::test_a_cut_answer_is_told_by_its_row",),
    ),
    Mutant(
        "a beam keeps the states of other sequences",
        "nn/_beam_search.py",
        "parents.shape[1] + parents).flatten()",
        "parents.shape[1] + parents.sort().values).flatten()",
        (
            "tests/nn/heads/test_decoder.py"
            "::test_a_search_gives_the_likelihood_of_what_it_finds_and_never_what_is_left_out",
        ),
    ),
    Mutant(
        "answers are compared by probability",
        "nn/_beam_search.py",
        ".pow(length_penalty).unsqueeze(2)",
        ".pow(0.0).unsqueeze(2)",
        (
            "tests/nn/test_beam_search.py"
            "::test_a_wide_beam_finds_the_best_of_all_sequences",
        ),
    ),
    Mutant(
        "a decoder reads the label that it should write",
        "nn/heads/_decoder.py",
        "target.values.roll(1)",
        "target.values",
        ("tests/nn/heads/test_decoder.py::test_outputs_are_those_of_the_equations",),
    ),
    Mutant(
        "a decoder attends to padding",
        "nn/heads/_decoder.py",
        "likeness = likeness.masked_fill(source.is_padding, -torch.inf)",
        "pass",
        (
            "tests/nn/heads/test_decoder.py"
            "::test_attention_sums_to_one_over_the_real_steps",
        ),
    ),
    Mutant(
        "a decoder starts from zeros",
        "nn/heads/_decoder.py",
        "tuple((h, torch.zeros_like(h)) for h in starts)",
        "tuple((0 * h, torch.zeros_like(h)) for h in starts)",
        ("tests/nn/heads/test_decoder.py::test_outputs_are_those_of_the_equations",),
    ),
    Mutant(
        "a decoder writes what is left out",
        "nn/heads/_decoder.py",
        "forbidden=range(self.end + 1, self.n_outputs),",
        "forbidden=(),",
        (
            "tests/nn/heads/test_decoder.py"
            "::test_a_search_gives_the_likelihood_of_what_it_finds_and_never_what_is_left_out",
        ),
    ),
    Mutant(
        "smoothed labels start at their plain shares",
        "nn/_losses.py",
        "            self.label_smoothing,\n        )\n        return shares",
        "            0.0,\n        )\n        return shares",
        (
            "tests/nn/heads/test_decoder.py"
            "::test_the_bias_starts_at_the_smoothed_shares_of_the_labels",
        ),
    ),
    Mutant(
        "the likelihood of an answer leaves out its end",
        "nn/heads/_decoder.py",
        "return total.index_add(0, sample_of_step(target.counts), of_labels)",
        "return total.index_add(0, sample_of_step(target.counts), of_labels * "
        "(target.values != self.end))",
        (
            "tests/estimators/test_translator.py"
            "::test_the_likelihoods_of_all_answers_up_to_a_limit_sum_to_what_is_left",
        ),
    ),
    Mutant(
        "new labels are learnt as unknown",
        "estimators/targets/_sequence.py",
        "if to_learn and not (known.all() or self.leaves_out):",
        "if False:",
        (
            "tests/estimators/test_sequence_target.py"
            "::test_another_kind_and_new_labels_are_refused_later",
        ),
    ),
    Mutant(
        "answers may change their kind",
        "estimators/targets/_sequence.py",
        "if isinstance(rows[0], str) != self.is_text:",
        "if False:",
        (
            "tests/estimators/test_sequence_target.py"
            "::test_another_kind_and_new_labels_are_refused_later",
        ),
    ),
    Mutant(
        "a vectorizer of targets is fitted itself",
        "estimators/targets/_sequence.py",
        "clone(self.target_vectorizer).fit(rows)",
        "self.target_vectorizer.fit(rows)",
        (
            "tests/estimators/test_sequence_target.py"
            "::test_a_vectorizer_is_cloned_and_what_it_leaves_out_has_one_code",
        ),
    ),
    Mutant(
        "tokens of answers are joined by nothing",
        "estimators/targets/_sequence.py",
        'join = "".join if vectorizer is None else vectorizer._join',
        'join = "".join',
        (
            "tests/estimators/test_sequence_target.py"
            "::test_tokens_are_joined_as_the_vectorizer_says",
        ),
    ),
    Mutant(
        "more answers than the beam are cut off",
        "estimators/_paired.py",
        "max(beam_size, n_best), **how)",
        "beam_size, **how)",
        (
            "tests/estimators/test_translator.py"
            "::test_n_best_widens_the_beam_and_has_the_likelihood_of_its_answers",
        ),
    ),
    Mutant(
        "an unknown label is some other one",
        "estimators/_paired.py",
        "return np.where(is_known, found, -np.inf)",
        "return found",
        (
            "tests/estimators/test_translator.py"
            "::test_unknown_words_in_score_are_errors",
        ),
    ),
    Mutant(
        "BLEU takes the answer for the reference",
        "metrics/_translation.py",
        "_sacrebleu().corpus_bleu(pred, [true], **options)",
        "_sacrebleu().corpus_bleu(true, [pred], **options)",
        ("tests/metrics/test_translation.py::test_bleu_worked_by_hand",),
    ),
    Mutant(
        "chrF leaves out the runs of words",
        "metrics/_translation.py",
        "corpus_chrf(pred, [true], word_order=word_order)",
        "corpus_chrf(pred, [true])",
        ("tests/metrics/test_translation.py::test_chrf_worked_by_hand",),
    ),
    Mutant(
        "four elements are dropped together",
        "nn/_dropout.py",
        "return drawn.view(torch.int16)[:n]",
        "return drawn.to(torch.int16).repeat_interleave(4)[:n]",
        ("tests/nn/test_dropout.py::test_elements_are_dropped_independently",),
    ),
    Mutant(
        "encoders beside the first are not taken over",
        "_training/_state.py",
        r"(beside\.\d+\.)?(embedder|encoder)\.",
        r"(embedder|encoder)\.",
        (
            "tests/estimators/test_pretrained.py"
            "::test_encoders_of_several_sequences_are_taken_and_frozen_together",
        ),
    ),
    Mutant(
        "what an error left frozen stays so",
        "_training/_callbacks.py",
        "self.on_train_end(net)  # which an error may have kept from coming",
        "pass",
        (
            "tests/estimators/test_pretrained.py"
            "::test_an_error_in_a_frozen_epoch_leaves_nothing_frozen",
        ),
    ),
    Mutant(
        "answers that fit other rows as well are taken for learnt",
        "estimators/_paired.py",
        "if not any(map(len, answers)) or (differ and is_far):",
        "if not any(map(len, answers)):",
        (
            "tests/estimators/test_transcriber.py"
            "::test_a_fit_whose_answers_are_those_of_any_row_says_so",
        ),
    ),
    Mutant(
        "rows are grouped by their own length alone",
        "_training/_data.py",
        "            keys.insert(0, self.y.lengths[indices])\n",
        "            pass\n",
        (
            "tests/_training/test_data.py"
            "::test_rows_of_equal_length_are_grouped_by_the_number_of_their_targets",
        ),
    ),
    Mutant(
        "a forecast reads later values of columns of the past",
        "estimators/_series_input.py",
        "        filled[:, ~known] = np.nan  # nothing of the future is read\n",
        "",
        (
            "tests/estimators/test_forecaster.py"
            "::test_columns_of_the_past_only_are_read_there_and_nowhere_else",
        ),
    ),
    Mutant(
        "a date that may be read in two ways is read in one of them",
        "sequences/_calendar.py",
        'pd.to_datetime(times, format="ISO8601")',
        "times",
        (
            "tests/sequences/test_series.py"
            "::test_texts_that_are_dates_in_several_ways_are_refused",
        ),
    ),
    Mutant(
        "asfreq is advised though it would lose values",
        "sequences/_calendar.py",
        "if np.isin(codes, calendar._reaching(codes[0], codes[-1])).all():",
        "if True:",
        (
            "tests/sequences/test_series.py"
            "::test_dates_without_a_constant_step_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "dates written as numbers are counted as numbers",
        "sequences/_calendar.py",
        "if times.min() < first or times.max() > last:",
        "if True:",
        (
            "tests/sequences/test_series.py"
            "::test_dates_written_as_numbers_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "what comes later may go back in time",
        "estimators/_series_input.py",
        'check_order(table.times, "X", "X")',
        "pass",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_what_comes_later_is_in_the_order_of_time_as_in_fit",
        ),
    ),
    Mutant(
        "dates by themselves are rows like others",
        "estimators/_series_input.py",
        "X = dates.to_frame().iloc[:, :0]",
        "pass",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_dates_alone_say_which_steps_are_forecast",
        ),
    ),
    Mutant(
        "errors in a scale that a series outgrew decide for all",
        "estimators/_held_out_ends.py",
        "kept = np.where(launched, 0, n_held_out)",
        "kept = n_held_out",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_series_launched_in_the_held_out_part_does_not_decide_for_the_others",
        ),
    ),
    Mutant(
        "the names of series are among what is scored",
        "metrics/_last_step.py",
        "[c for c in table.columns if c not in keep]",
        "list(table.columns)",
        ("tests/metrics/test_forecast_scorers.py",),
    ),
    Mutant(
        "vectors of series are found by their place",
        "estimators/_forecast_fit.py",
        'state["module"]["head.group"] = vectors[self._groups_before]',
        'state["module"]["head.group"] = vectors[np.arange(len(self._groups_before))]',
        (
            "tests/estimators/test_forecaster.py::test_warm_start_finds_the_vectors_of_series_by_their_names",
        ),
    ),
    Mutant(
        "a forecaster that needs no mask any more has another net",
        "estimators/_forecast_fit.py",
        "masked = learnt.masked",
        "masked = masked",
        (
            "tests/estimators/test_forecaster.py::test_warm_start_goes_on_where_nothing_is_missing_any_more",
        ),
    ),
    Mutant(
        "no window counts where each lacks a step that follows",
        "forecasting/_window_products.py",
        "(np.median(counts[some]) if some.any() else 0)",
        "horizon",
        ("tests/forecasting/test_window_products.py",),
    ),
    Mutant(
        "names of columns outlive the columns",
        "estimators/_series_input.py",
        'vars(self).pop("feature_names_in_", None)',
        "pass",
        (
            "tests/estimators/test_forecaster.py::test_names_of_columns_go_with_the_columns",
        ),
    ),
    Mutant(
        "a forecaster learns from the held-out part",
        "estimators/_forecast_fit.py",
        "self._windows_to_train_on(data.lengths - n_held_out)",
        "self._windows_to_train_on(data.lengths)",
        (
            "tests/estimators/test_forecaster.py"
            "::test_the_held_out_part_teaches_nothing",
        ),
    ),
    Mutant(
        "steps of a series that were not observed are targets",
        "estimators/_series_windows.py",
        "            seen * weight[:, np.newaxis],\n",
        "            weight[:, np.newaxis] * np.ones_like(standard),\n",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_step_without_weight_or_value_is_no_target_though_it_is_read",
        ),
    ),
    Mutant(
        "a new series takes the vector of another one",
        "estimators/_forecast_ahead.py",
        "np.where(known, groups, -1)",
        "groups % self._n_trained",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_new_series_has_the_mean_of_the_vectors_that_were_learnt",
        ),
    ),
    Mutant(
        "it is not said that a forecaster is no better than naive",
        "estimators/_held_out_ends.py",
        'if self.chosen_ == "repeat_last":',
        "if False:",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_random_walk_is_not_better_than_naive_and_that_is_said",
        ),
    ),
    Mutant(
        "bands of a forecaster are left as they are",
        "estimators/_held_out_ends.py",
        "if self._target.levels and self.conformal:",
        "if False:",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_season_is_continued_with_bands_that_do_not_cross",
        ),
    ),
    Mutant(
        "the scale of a series overflows",
        "estimators/_series_pasts.py",
        "centred / np.where(largest > 0, largest, 1.0)",
        "centred / np.ones_like(largest)",
        (
            "tests/estimators/test_forecaster.py"
            "::test_a_series_of_any_unit_has_the_same_forecast",
        ),
    ),
    Mutant(
        "early stopping of a forecaster forgets the start",
        "_training/_callbacks.py",
        "if self.counts_start and self.best_epoch_ is None:",
        "if False:",
        (
            "tests/_training/test_callbacks.py"
            "::test_early_stopping_may_come_back_to_the_weights_before_training",
        ),
    ),
    Mutant(
        "a window of a forecaster keeps its level",
        "_training/_windows.py",
        "values = values - level[:, np.newaxis]",
        "values = values - 0 * level[:, np.newaxis]",
        (
            "tests/_training/test_windows.py"
            "::test_a_window_is_less_its_last_observed_value_and_may_begin_before_its_series",
        ),
    ),
    Mutant(
        "lower quantiles of a forecaster rise above the middle",
        "nn/_rising.py",
        "below = middle - gaps[:, :k]",
        "below = middle + gaps[:, :k]",
        (
            "tests/nn/heads/test_horizon.py"
            "::test_quantiles_never_cross_and_the_middle_one_is_free",
        ),
    ),
    Mutant(
        "a forecaster does not start at the last value",
        "nn/heads/_horizon.py",
        "        nn.init.zeros_(self.affine.weight)\n",
        "",
        (
            "tests/nn/heads/test_horizon.py"
            "::test_forecasts_start_at_zero_and_their_gradient_reaches_the_encoder",
        ),
    ),
    Mutant(
        "rows of a forecaster are taken as they come",
        "sequences/_series.py",
        'rows = [own[np.argsort(codes[own], kind="stable")] for own in rows]',
        "pass",
        (
            "tests/sequences/test_series.py"
            "::test_rows_of_a_panel_are_placed_by_their_times_in_any_order",
        ),
    ),
    Mutant(
        "dates of a series are steps though they are minutes off",
        "sequences/_calendar.py",
        "np.isin(codes, grid)",
        "np.isin(codes // 1e12, grid // 1e12)",
        (
            "tests/sequences/test_calendar.py"
            "::test_a_date_between_two_steps_is_refused_however_far_from_1970",
        ),
    ),
    Mutant(
        "numbers are steps as far as they are large",
        "sequences/_calendar.py",
        "away <= CLOSE * self.step",
        "away <= CLOSE * np.abs(codes)",
        (
            "tests/sequences/test_calendar.py"
            "::test_a_number_between_two_steps_is_refused_however_large_it_is",
        ),
    ),
    Mutant(
        "two times on one step are taken",
        "sequences/_series.py",
        "np.flatnonzero(np.diff(steps) == 0)",
        "np.flatnonzero(np.diff(codes) == 0)",
        (
            "tests/sequences/test_calendar.py"
            "::test_two_numbers_on_one_step_are_refused_though_they_differ_by_rounding",
        ),
    ),
    Mutant(
        "one number off the grid makes steps shorter",
        "sequences/_calendar.py",
        'np.quantile(np.abs(steps), SHARE_OF_STEPS, method="lower")',
        "np.abs(steps).min()",
        (
            "tests/sequences/test_calendar.py"
            "::test_a_number_off_the_grid_does_not_make_the_grid_finer",
        ),
    ),
    Mutant(
        "what comes after fit must have a row for each step",
        "sequences/_series.py",
        "gaps = by_column or table.groups is not None or calendar is not None",
        "gaps = by_column",
        (
            "tests/sequences/test_calendar.py"
            "::test_a_time_without_a_row_was_not_observed",
        ),
    ),
    Mutant(
        "a day on which all are closed has no frequency",
        "sequences/_calendar.py",
        "if step is None and gaps:",
        "if step is None and False:",
        (
            "tests/sequences/test_calendar.py"
            "::test_a_time_without_a_row_was_not_observed",
        ),
    ),
    Mutant(
        "times of another kind count as steps",
        "sequences/_calendar.py",
        "        if there != here:",
        "        if False:",
        (
            "tests/sequences/test_calendar.py"
            "::test_times_of_another_kind_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "a series may begin between two steps",
        "sequences/_calendar.py",
        "wrong = (codes >= last) & ~found",
        "wrong = (codes > last) & ~found",
        (
            "tests/sequences/test_calendar.py"
            "::test_months_that_do_not_begin_on_the_grid_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "a new series begins without dates",
        "estimators/_series_pasts.py",
        "if new and lasts is None and self._calendar is not None:",
        "if False:",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_a_new_series_without_dates_is_refused_and_nothing_is_noted",
        ),
    ),
    Mutant(
        "a period of several units is cut short",
        "forecasting/_usual_sizes.py",
        "return 1 if whole % part else whole // part",
        "return max(1, whole // part)",
        (
            "tests/estimators/test_forecast_window.py"
            "::test_a_period_is_a_whole_number_of_steps_of_a_frequency",
        ),
    ),
    Mutant(
        "the usual window of a long period takes too long",
        "forecasting/_usual_sizes.py",
        "min(max(2 * period, window), max(LONGEST_TRIED, period))",
        "max(2 * period, window)",
        (
            "tests/estimators/test_forecast_window.py"
            "::test_the_usual_window_is_not_longer_than_a_network_reads",
        ),
    ),
    Mutant(
        "steps of a forecaster may come twice",
        "sequences/_series.py",
        "if last is not None and (steps < 1).any():",
        "if False:",
        (
            "tests/sequences/test_series.py"
            "::test_steps_are_counted_after_those_that_are_known",
        ),
    ),
    Mutant(
        "codes that look like years are dates",
        "sequences/_time_index.py",
        "(18|19|20)\\d\\d-\\d",
        "-?\\d+-?\\d",
        ("tests/sequences/test_series.py::test_texts_that_look_like_dates_are_codes",),
    ),
    Mutant(
        "dates of y are not read",
        "estimators/_series_input.py",
        'times = times_of_index(y, "y")',
        "times = None",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_the_dates_of_y_count_as_those_of_x",
        ),
    ),
    Mutant(
        "times of several zones are said to be no times",
        "sequences/_calendar.py",
        "if times_of(times) is not None:",
        "if False:",
        (
            "tests/sequences/test_series.py"
            "::test_texts_with_a_time_zone_are_dates_and_those_of_several_are_refused",
        ),
    ),
    Mutant(
        "dates beyond nanoseconds are read",
        "sequences/_time_index.py",
        '        dates.as_unit("ns")\n',
        "        pass\n",
        ("tests/sequences/test_series.py::test_texts_that_look_like_dates_are_codes",),
    ),
    Mutant(
        "dates alone are rows where fit saw none",
        "estimators/_series_input.py",
        "self._check_knows_dates(len(dates))",
        "pass",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_dates_alone_say_which_steps_are_forecast",
        ),
    ),
    Mutant(
        "dates are the values of a series",
        "estimators/_series_input.py",
        '_refuse_dates_as_values(X, "X")',
        "pass",
        (
            "tests/estimators/test_forecast_dates.py"
            "::test_dates_are_no_values_of_a_series",
        ),
    ),
    Mutant(
        "a number of steps may be negative",
        "estimators/_series_input.py",
        "isinstance(X, Integral) and int(X) > 0",
        "True",
        ("tests/estimators/test_forecaster.py::test_an_error_says_what_to_do",),
    ),
    Mutant(
        "asfreq is advised for a gap though it would lose values",
        "sequences/_calendar.py",
        'f"step of {calendar.said}; {_cure_of_steps(times, name)}."',
        'f"step of {calendar.said}; call {name}.asfreq({calendar.step!r})."',
        (
            "tests/sequences/test_series.py"
            "::test_dates_without_a_constant_step_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "months are named only where none is missing",
        "sequences/_calendar.py",
        "if (steps < 1).any() or np.median(steps) >= 2:",
        "if (steps != 1).any():",
        (
            "tests/sequences/test_series.py"
            "::test_dates_without_a_constant_step_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "asfreq is advised for durations, which do not have it",
        "sequences/_calendar.py",
        'if kind == "durations" else how',
        "if False else how",
        (
            "tests/sequences/test_series.py"
            "::test_dates_without_a_constant_step_are_refused_and_the_cure_works",
        ),
    ),
    Mutant(
        "NaN alone is a target that is missing",
        "sequences/_values.py",
        "type(item).__name__ in MISSING or (",
        "(",
        (
            "tests/sequences/test_from_frame.py"
            "::test_a_row_that_fills_a_gap_needs_no_target",
        ),
    ),
]


def errors(mutants):
    """List what would keep a breakage from being tried, without running any test."""
    found = []
    for name, times in Counter(mutant.name for mutant in mutants).items():
        if times > 1:
            found.append(f"{name}: {times} breakages have this name")
    for mutant in mutants:
        source = source_of(mutant.file)
        times = source.count(mutant.old)
        if times != 1:
            found.append(f"{mutant.name}: its text is in {mutant.file} {times} times")
        elif mutant.new == mutant.old:
            found.append(f"{mutant.name}: it changes nothing")
        elif not compiles(source.replace(mutant.old, mutant.new)):
            found.append(f"{mutant.name}: the broken {mutant.file} does not compile")
        if not mutant.tests:
            found.append(f"{mutant.name}: it names no test")
        for test in mutant.tests:
            path, *name = test.split("::")
            if not path.startswith("tests/") or not (ROOT / path).is_file():
                found.append(f"{mutant.name}: there is no file {path}")
            # A case, in brackets, is known to pytest alone.
            elif name and "::".join(name).partition("[")[0] not in tests_of(path):
                found.append(f"{mutant.name}: there is no test {test}")
    return found


@cache
def source_of(file):
    """Read a file of the package."""
    return (ROOT / "sklearn_rnn" / file).read_text(encoding="utf-8")


def compiles(source):
    """Tell whether a source text is Python."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


@cache
def tests_of(path):
    """Name the tests of a file by reading it, those of a class as `Class::test`."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found.update(
                f"{node.name}::{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef)
            )
    return {name for name in found if name.split("::")[-1].startswith("test_")}


def copy_project(folder):
    """Copy what the tests need, without environments, caches and built pages."""
    ignore = shutil.ignore_patterns(
        "__pycache__", ".*", "_build", "auto_examples", "api"
    )
    for name in ("sklearn_rnn", "tests", "docs", "benchmarks", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    # Believed only where the source is the very one: a broken file is read anew.
    by_hash = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "sklearn_rnn", quiet=1, invalidation_mode=by_hash)


def run_tests(folder, tests, seconds):
    """Run tests on the copy in a folder; return pytest's exit status and its words.

    The status is None where the tests took longer than `seconds`.
    """
    arguments = ["-x", "-q", "--no-header", "--tb=line", "--assert=plain"]
    # In place of the project's options: without doctests, which import each file again.
    arguments += ["--override-ini=addopts=--import-mode=importlib --strict-markers"]
    arguments += ["-p", "no:cacheprovider", "-m", "not slow", *tests]
    words = folder / "words.txt"
    has_fork = "forkserver" in multiprocessing.get_all_start_methods()
    processes = multiprocessing.get_context("forkserver" if has_fork else "spawn")
    processes.set_forkserver_preload(IMPORTED)
    process = processes.Process(target=run_here, args=(folder, arguments, words))
    process.start()
    process.join(seconds)
    status = process.exitcode
    if status is None:
        process.kill()
        process.join()
    return status, words.read_text(encoding="utf-8", errors="replace")


def run_here(folder, arguments, words):
    """Become pytest in a folder, and write what it says to a file."""
    import pytest

    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder)
    sys.path.insert(0, str(folder))
    with words.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(pytest.main(arguments))


def expect_green(mutants, folders):
    """Run the tests of all mutants, each once, on the code as it is."""
    tests = {test for mutant in mutants for test in mutant.tests}
    # A file that is named as a whole has its tests in it.
    tests = sorted(test for test in tests if test.split("::")[0] not in tests - {test})
    shares = [tests[start :: len(folders)] for start in range(len(folders))]
    with ThreadPoolExecutor(len(folders)) as executor:
        seconds = [SECONDS_WHEN_GREEN] * len(folders)
        for status, words in executor.map(run_tests, folders, shares, seconds):
            if status != PASSED:
                raise SystemExit(f"the tests fail on the code as it is:\n{words}")


def forget_compiled(folder):
    """Delete what numba kept: it does not see a change in a file that another calls."""
    for kept in folder.glob("__pycache__/*.nb?"):
        kept.unlink()


def verdict_on(mutant, folder):
    """Break the copy in a folder, report what the tests found, and restore the copy."""
    path = folder / "sklearn_rnn" / mutant.file
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
    forget_compiled(path.parent)
    try:
        status, words = run_tests(folder, mutant.tests, SECONDS_PER_RUN)
    finally:
        path.write_text(source, encoding="utf-8")
        forget_compiled(path.parent)
    if status == FAILED:
        return KILLED
    if status == PASSED:
        return "SURVIVED"
    if status is None:
        return f"SURVIVED: no test was red after {SECONDS_PER_RUN} s"
    return f"SURVIVED: the tests did not run\n{words}"


def try_all(mutants, folders):
    """Try each mutant in a folder that is free; return the names of the survivors."""
    free = SimpleQueue()
    for folder in folders:
        free.put(folder)

    def try_one(mutant):
        folder = free.get()
        start = time.perf_counter()
        try:
            return verdict_on(mutant, folder), time.perf_counter() - start
        finally:
            free.put(folder)

    survivors = []
    with ThreadPoolExecutor(len(folders)) as executor:
        trials = {executor.submit(try_one, mutant): mutant for mutant in mutants}
        for done, trial in enumerate(as_completed(trials), start=1):
            mutant = trials[trial]
            verdict, seconds = trial.result()
            if verdict != KILLED:
                survivors.append(mutant.name)
            line = f"{done:3} of {len(mutants)}  {seconds:5.1f} s  {mutant.name}"
            print(f"{line}: {verdict}", flush=True)
    return survivors


def main():
    """Run the mutants asked for and print which were killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="run those with a word in their name")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument(
        "--workers",
        type=int,
        default=int(os.environ.get("WORKERS", os.cpu_count() or 1)),
        help="breakages tried at once (default: WORKERS, or the number of cores)",
    )
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in MUTANTS
        if not options.words or any(word in mutant.name for word in options.words)
    ]
    if options.list:
        for mutant in chosen:
            print(f"{mutant.name}  ({mutant.file})")
        return
    if not chosen:
        raise SystemExit("no mutant has such a name; see --list")
    if found := errors(MUTANTS):
        raise SystemExit("bring the table up to date:\n" + "\n".join(found))

    os.environ.update(SETTINGS | os.environ)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as parent:
        workers = min(options.workers, len(chosen))
        folders = [Path(parent, str(worker)) for worker in range(workers)]
        for folder in folders:
            copy_project(folder)
        expect_green(chosen, folders)
        seconds = time.perf_counter() - start
        print(f"green on the code as it is after {seconds:.0f} s", flush=True)
        survivors = try_all(chosen, folders)
    killed = len(chosen) - len(survivors)
    minutes = (time.perf_counter() - start) / 60
    print(f"{killed} of {len(chosen)} killed in {minutes:.1f} min")
    if survivors:
        raise SystemExit("survived:\n" + "\n".join(survivors))


if __name__ == "__main__":
    main()
