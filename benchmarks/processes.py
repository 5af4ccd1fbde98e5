"""The driver's end of a worker: a process that answers commands, see `worker.py`."""

import contextlib
import json
import os
import subprocess
import tempfile

from measuring import thread_environment


class WorkerError(RuntimeError):
    """A worker ended before it answered."""


class Worker:
    """A process that reads commands and answers each with a line of JSON.

    Parameters
    ----------
    command : list of str
    n_threads : int, default=1
        What its libraries are told in the environment.
    """

    def __init__(self, command, n_threads=1):
        self.log = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**os.environ, **thread_environment(n_threads)},
        )

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def answer(self):
        """Wait for the next answer."""
        for line in self.process.stdout:
            if line.startswith("{"):  # not something that a library printed
                return json.loads(line)
        self.log.seek(0)
        said = self.log.read().strip().splitlines() or ["it said nothing"]
        raise WorkerError(said[-1])

    def ask(self, command):
        """Send a command and wait for the answer."""
        with contextlib.suppress(BrokenPipeError):  # `answer` says why
            print(command, file=self.process.stdin, flush=True)
        return self.answer()

    def close(self):
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()  # the end of its commands
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
