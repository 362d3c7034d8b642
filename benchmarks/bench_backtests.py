"""Real tweets laid out in time, watched as if they were live: which bad-buzz alerts are raised, and what was said.

``python -m benchmarks backtests`` prints the alerts; ``python -m benchmarks.bench_backtests --pictures FOLDER`` also
draws the mood where there was one, with the alert. Each set is watched with the defaults of ``watch-buzz``; no setting
was chosen on them. There is no truth beside a set: the quotations are for the reader to judge.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import hubbub

SETS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "airlines, February 2015": (
        ["us-airline/Tweets.csv.gz"],
        [],
        ["united", "virginamerica", "southwestair", "jetblue", "usairways", "americanair"],
    ),
    "Apple, Google, Microsoft, Twitter, October 2011": (["brands/sanders.csv.gz"], ["channel=topic"], []),
    "six disasters, 2012 and 2013": (
        ["crisislex/t6_ontopic_1.csv.gz", "crisislex/t6_ontopic_2.csv.gz"],
        ["channel=event"],
        [],
    ),
    "26 crises, 2012 and 2013": (["crisislex/t26_labeled.csv.gz"], ["channel=event"], []),
    "abeilles, 2017 and 2018": (["fr-tweets-topics/abeilles.csv.gz"], [], ["abeilles", "glyphosate", "Monsanto"]),
    "vaccins, 2022": (["fr-tweets-topics/vaccins.csv.gz"], [], ["vaccins", "Pfizer", "Macron"]),
    "Ukraine, 2022": (["fr-tweets-topics/ukraine.csv.gz"], [], ["Ukraine", "Poutine", "Macron"]),
}
"""What it is → files, ``--map`` of ingest, subjects of ``watch-buzz`` (none: each channel)."""


def main(arguments: list[str] | None = None) -> None:
    """Print the alerts of each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="where the pictures go")
    options = parser.parse_args(arguments or [])
    if not os.environ.get("HUBBUB_DATA"):
        print("backtests: skipped, HUBBUB_DATA does not name the real data")
        return
    tweets = Path(os.environ["HUBBUB_DATA"]) / "tweets"
    for name, (files, columns, subjects) in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            hubbub.ingest(folder, [tweets / file for file in files], stream="all", map=columns)
            report = hubbub.watch_buzz(folder, subjects)
            print(f"{name}: {report.n_in:,} posts, {report.n_kept:,} about what is watched")
            print_alerts(Path(folder))
            if options.pictures:
                options.pictures.mkdir(parents=True, exist_ok=True)
                for stream in hubbub.alerts(folder)["stream_id"].unique().sort():
                    picture = options.pictures / f"{Path(files[0]).name.split('.')[0]}-{stream}.png"
                    hubbub.draw(folder, "mood", output=picture, stream=stream)


def print_alerts(archive: Path) -> None:
    """Print when each alert began, how long it took to be raised and to end, what was seen, and two quotations."""
    rows = hubbub.alerts(archive, limit=100).sort("started_at").to_dicts()
    if not rows:
        print("  no alert")
    for row in rows:
        hours = [(row[key] - row["start_seconds"]) / 3600 for key in ("alarm_seconds", "end_seconds") if row[key]]
        lasted = f"raised after {hours[0]:.1f} h, over after {hours[1]:.1f} h" if len(hours) > 1 else "still under way"
        share = f"{row['negative_share']:.0%} of all (usual {row['usual_share']:.0%})"
        print(
            f"  {row['subject']}, {row['started_at']:%Y-%m-%d %H:%M}: {row['n_negative']} negative voices where "
            f"{row['expected']:.0f} were usual, {share}, {lasted}"
        )
        for quote in row["quotes"][:2]:
            print(f"    “{' '.join(quote.split())[:140]}”")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
