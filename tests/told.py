"""What tensorboard was told, read back by its own code."""

from pathlib import Path


def read_told(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Return step and value of each curve below a folder, by name."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (file,) = folder.rglob("events.out.tfevents.*")
    events = EventAccumulator(str(file)).Reload()
    return {name: [(one.step, one.value) for one in events.Scalars(name)] for name in events.Tags()["scalars"]}
