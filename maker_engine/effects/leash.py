"""Runs a program, and ends its whole process group when whoever started it dies. A script: imports nothing of ours.

    python -I -S leash.py FD PROGRAM ARGUMENT…

FD is the reading end of a pipe that only the starter can write to: it hangs up when the starter is gone.
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


def main() -> None:
    """Start the program, wait for it, and end as it has ended."""
    pipe, command = int(sys.argv[1]), sys.argv[2:]
    child = os.fork()
    if not child:
        try:
            os.close(pipe)
            os.execv(command[0], command[1:])  # noqa: S606 - the argument list is the order; no shell reads it
        except OSError as error:
            os.write(2, f"{command[0]} cannot be started: {error.strerror}\n".encode())
            os._exit(126)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # that one is the program's to follow; its end is this one's
    threading.Thread(target=_watch, args=(pipe,), daemon=True).start()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    os._exit(max(0, code))


if __name__ == "__main__":
    main()
