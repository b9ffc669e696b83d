"""Runs a program, and ends its whole process group when whoever started it dies. A script: imports nothing of ours.

    python -I -S leash.py FD RECEIPT PROGRAM ARGUMENT…

FD is the reading end of a pipe that only the starter can write to: it hangs up when the starter is gone. RECEIPT is the
descriptor of a file, −1 for none: a scribe outside the group writes there how the program has ended, whatever ends the
group, and the starter.
"""

import os
import select
import signal
import sys
import threading


def _watch(pipe: int) -> None:
    hung_up = select.poll()
    hung_up.register(pipe, 0)  # a hang-up is reported whatever is asked for
    hung_up.poll()
    os.killpg(0, signal.SIGKILL)


def _begin(command: list[str]) -> int:
    """Return the process number of the program, which is begun in this group."""
    child = os.fork()
    if not child:
        try:
            os.execv(command[0], command[1:])  # noqa: S606 - the argument list is the order; no shell reads it
        except OSError as error:
            os.write(2, f"{command[0]} cannot be started: {error.strerror}\n".encode())
            os._exit(126)
    return child


def _ended(child: int) -> int:
    """Return how a child ends: its exit status, or −n where signal n ends it."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _end_like(code: int) -> None:
    """End as a child has ended."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(max(0, code))


def _scribe(receipt: int, command: list[str]) -> None:
    """Begin the program in this group, leave the group, and write how the program has ended."""
    os.write(receipt, b"begun\n")
    child = _begin(command)
    os.setpgid(0, 0)
    for stream in range(3):
        os.close(stream)  # whoever reads them waits for the program alone
    code = _ended(child)
    os.write(receipt, f"exit {code}\n".encode())
    os.fsync(receipt)
    _end_like(code)


def main() -> None:
    """Start the program, wait for it, and end as it has ended."""
    pipe, receipt, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    os.set_inheritable(pipe, False)
    if receipt < 0:
        child = _begin(command)
    else:
        child = os.fork()
        if not child:
            os.close(pipe)
            _scribe(receipt, command)
        os.close(receipt)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # that one is the program's to follow; its end is this one's
    threading.Thread(target=_watch, args=(pipe,), daemon=True).start()
    _end_like(_ended(child))


if __name__ == "__main__":
    main()
