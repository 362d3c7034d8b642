"""Live chat at its rates through ``hubbub watch``: messages lost, seconds to the disk, memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.journeys.live_load import N_READERS, Load, carry

N_CHANNELS = 50
LOADS = {"steady": Load(5_000, 60), "burst": Load(20_000, 5), "both": Load(5_000, 60, 20_000, 5)}


def main() -> None:
    """Print the figures of a steady load, of a burst alone, and of a burst within a steady load."""
    print(f"{N_CHANNELS} channels on one connection, {N_READERS} readers of the archive beside the watch")
    for name, load in LOADS.items():
        with tempfile.TemporaryDirectory() as folder:
            carried = carry(Path(folder) / "archive", load, N_CHANNELS)
        n_sent, n_kept = sum(carried.sent.values()), carried.report["n_kept"]
        what = f"{load.rate:,.0f}/s for {load.seconds:g} s"
        if load.burst_rate:
            what += f", of them {load.burst_seconds:g} s at {load.burst_rate:,.0f}/s"
        lags = ", ".join(f"{share} {seconds * 1000:,.0f} ms" for share, seconds in carried.lags.items())
        first, last = carried.halves_mb
        print(f"{name}: {what}: {n_sent:,} sent, {n_sent - n_kept:,} lost   limit 0")
        print(f"  from the socket to the disk: {lags}   limit 99 of 100 within 250 ms")
        print(f"  resident: first half {first:,.0f} MB, second {last:,.0f} MB, most {max(carried.memory_mb):,.0f} MB")
