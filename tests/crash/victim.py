"""The real bot as a process that kills itself (-9) the n-th time that it reaches a step.

python -m tests.crash.victim CONFIG CONTROL_PORT STEP N
"""

import os
import signal
import sys
from pathlib import Path

from bot import app, config, steps
from bot.control import Trial


def main() -> None:
    file, port, step, times = sys.argv[1:]
    left = int(times)

    def count(reached: str) -> None:
        nonlocal left
        if reached == step or reached.startswith(f"{step}:"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    steps.listen(count)
    sys.exit(app.run(config.load(Path(file), {}), Trial(int(port), {})))


if __name__ == "__main__":
    main()
