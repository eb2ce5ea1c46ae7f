"""The real bot as a process that kills itself (-9) the n-th time that it reaches a step.

python -m tests.crash.victim CONFIG CONTROL_PORT STEP N [waits]

One that waits begins to count at SIGUSR1.
"""

import os
import signal
import sys
from pathlib import Path

from bot import app, config, steps
from bot.control import Trial


def main() -> None:
    file, port, step, times, *waits = sys.argv[1:]
    left = int(times)
    counts = not waits

    def begin(*_signal: object) -> None:
        nonlocal counts
        counts = True

    def count(reached: str) -> None:
        nonlocal left
        if not counts:
            return
        if reached == step or reached.startswith(f"{step}:"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    signal.signal(signal.SIGUSR1, begin)
    steps.listen(count)
    sys.exit(app.run(config.load(Path(file), {}), Trial(int(port), {})))


if __name__ == "__main__":
    main()
