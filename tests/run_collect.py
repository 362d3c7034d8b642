"""``hubbub`` with YouTube, Twitch and X at another address: ``python run_collect.py HOSTS.json collect …``.

For tests that kill it, and for looking at it by hand against ``fake_youtube`` and ``fake_x``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from hubbub.collect import clients
from hubbub.present.cli import main

if __name__ == "__main__":
    clients.HOSTS.update(json.loads(Path(sys.argv[1]).read_text()))
    clients.WAITS = (0.01,) * len(clients.WAITS)
    sys.exit(main(sys.argv[2:]))
