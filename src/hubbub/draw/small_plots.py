"""Small pictures for pages without script, as SVG in the page's colors: an interval, a learning curve, reliability."""

from __future__ import annotations

from collections.abc import Sequence

_SIDE, _WIDTH, _HEIGHT, _LEFT = 160, 216, 128, 40


def draw_interval(values: Sequence[float], low: float, high: float) -> str:
    """Return an estimate with its interval between the lowest and the highest of all, 96 pixels wide.

    Parameters
    ----------
    values : sequence of float
        Estimate, low, high.
    low, high : float
        The ends of the scale.
    """
    at = [6 + 84 * (value - low) / ((high - low) or 1) for value in values]
    return (
        '<svg width="96" height="16" aria-hidden="true">'
        f'<path d="M{at[1]:.1f} 8H{at[2]:.1f}" stroke="var(--area)" stroke-width="10"/>'
        f'<circle cx="{at[0]:.1f}" cy="8" r="3" fill="var(--accent)"/></svg>'
    )


def draw_curve(curve: Sequence[dict[str, float]], highest: float) -> str:
    """Return losses by epoch: while training, and on texts that were kept back.

    Parameters
    ----------
    curve : sequence of dict
        ``epoch, train_loss`` and, where there is one, ``validation_loss``.
    highest : float
        The top of the scale, which begins at 0.
    """
    step = (_WIDTH - _LEFT - 16) / max(1, len(curve) - 1)

    def y(loss: float) -> float:
        return 8 + (_HEIGHT - 8) * (1 - loss / (highest or 1))

    lines = []
    for name, color, dash in (("train_loss", 0, ""), ("validation_loss", 1, ' stroke-dasharray="4 3"')):
        points = [(_LEFT + 8 + i * step, y(epoch[name])) for i, epoch in enumerate(curve) if name in epoch]
        path = " ".join(f"{x:.1f},{at:.1f}" for x, at in points)
        dots = "".join(f'<circle cx="{x:.1f}" cy="{at:.1f}" r="2.5" fill="var(--topic-{color})"/>' for x, at in points)
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="var(--topic-{color})" stroke-width="2"{dash}/>{dots}'
        )
    epochs = "".join(
        f'<text x="{_LEFT + 8 + i * step:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{int(epoch["epoch"])}</text>'
        for i, epoch in enumerate(curve)
        if len(curve) <= 10 or i in (0, len(curve) - 1)
    )
    said = "; ".join(
        f"epoch {epoch['epoch']:.0f}, "
        + ", ".join(
            f"{word} {epoch[name]:.3f}"
            for word, name in (("training", "train_loss"), ("kept back", "validation_loss"))
            if name in epoch
        )
        for epoch in curve
    )
    ticks = "".join(
        f'<path d="M{_LEFT} {y(value):.1f}H{_WIDTH}" stroke="var(--hairline)"/>'
        f'<text x="{_LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        for value in (0.0, highest / 2, highest)
    )
    return (
        f'<svg width="{_WIDTH + 8}" height="{_HEIGHT + 24}" role="img" aria-label="Loss: {said}">'
        f"{ticks}{''.join(lines)}{epochs}</svg>"
    )


def draw_reliability(bins: Sequence[Sequence[float]], least: float) -> str:
    """Return how often texts were told right by how sure the model was.

    Parameters
    ----------
    bins : sequence of (sure, right, n)
        Mean probability of what was told, share that was right, texts.
    least : float
        The least probability that can be told: one by the number of classes.
    """

    def x(sure: float) -> float:
        return _LEFT + _SIDE * max(0.0, sure - least) / (1 - least)

    def y(right: float) -> float:
        return 8 + (1 - right) * _SIDE

    points = [(x(sure), y(right), n) for sure, right, n in bins]
    line = " ".join(f"{left:.1f},{top:.1f}" for left, top, _ in points)
    most = max((n for _, _, n in points), default=1)
    dots = "".join(
        f'<circle cx="{left:.1f}" cy="{top:.1f}" r="{2 + 5 * (n / most) ** 0.5:.1f}"/>' for left, top, n in points
    )
    said = "; ".join(f"sure {sure:.2f}, right {right:.2f}, {int(n):,} texts" for sure, right, n in bins)
    bottom = _SIDE + 8
    return (
        f'<svg width="{_LEFT + _SIDE + 24}" height="{_SIDE + 48}" role="img" aria-label="Reliability: {said}">'
        f'<rect x="{_LEFT}" y="8" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="var(--hairline)"/>'
        f'<path d="M{_LEFT} {y(least):.1f}L{_LEFT + _SIDE} 8" stroke="var(--muted)" stroke-dasharray="4"/>'
        f'<polyline points="{line}" fill="none" stroke="var(--topic-0)" stroke-width="2"/>'
        f'<g fill="var(--topic-0)">{dots}</g>'
        f'<text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
        f'<text x="{_LEFT - 6}" y="16" text-anchor="end">1</text>'
        f'<text x="{_LEFT}" y="{bottom + 16}">{least:.2f}</text>'
        f'<text x="{_LEFT + _SIDE}" y="{bottom + 16}" text-anchor="end">1</text>'
        f'<text x="{_LEFT + _SIDE / 2}" y="{bottom + 16}" text-anchor="middle">how sure</text>'
        f'<text transform="translate({_LEFT - 22} {8 + _SIDE / 2}) rotate(-90)" text-anchor="middle">share right</text>'
        "</svg>"
    )
