"""Telling the user's Ctrl-C from a callback that ends training."""

import signal
import threading


class CtrlC:
    """Notices, inside a ``with`` block, whether SIGINT raises KeyboardInterrupt.

    Both raise the same exception, in the same frames; only the signal tells them
    apart. Its handler, whichever it is, is called as before, and stands alone again
    after the block. Python calls handlers in the main thread only: in any other, no
    KeyboardInterrupt comes from a signal.

    Attributes
    ----------
    raised : bool
        Also True where the block itself installed another handler, which nobody
        watches: taking a stop for Ctrl-C is said aloud, the opposite would be silent.
    """

    def __enter__(self):
        self._has_raised = False
        in_main = threading.current_thread() is threading.main_thread()
        self._handler = signal.getsignal(signal.SIGINT) if in_main else None
        if self._watches:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *raised):
        if self._watches and signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, self._handler)

    @property
    def _watches(self):
        """Whether there is a handler of Python's that might raise."""
        return callable(self._handler)

    def _handle(self, number, frame):
        try:
            return self._handler(number, frame)
        except KeyboardInterrupt:
            self._has_raised = True
            raise

    @property
    def raised(self):
        if self._has_raised or not self._watches:
            return self._has_raised
        return signal.getsignal(signal.SIGINT) != self._handle
