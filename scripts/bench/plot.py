"""One plot: a line for each row, a dot for each value, a bar at the median and a
dashed one at the goal."""

from html import escape

STYLE = """
    text { font: 14px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
    .h { font-weight: 600 } .s { fill: #59636e; font-size: 13px } .end { text-anchor: end } .mid { text-anchor: middle }
    .page { fill: #ffffff; stroke: #d0d7de } .grid { stroke: #d0d7de } .goal { stroke: #a86a0a; stroke-width: 2; stroke-dasharray: 5 4 }
    .dot { fill: #2f6fbd; fill-opacity: 0.45 } .median { stroke: #2f6fbd; stroke-width: 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .s { fill: #9ea7b3 }
      .page { fill: #161b22; stroke: #3d444d } .grid { stroke: #3d444d } .goal { stroke: #dfa347 }
      .dot { fill: #6aa9f5 } .median { stroke: #6aa9f5 }
    }
"""
WIDTH, LEFT, RIGHT, TOP, STEP = 700, 250, 60, 52, 40


def svg(title, rows):
    """The plot as text. All rows share one axis, from 0."""
    top = max(max(*row.values, row.goal or 0) for row in rows)
    tick = next(step for step in steps() if top / step <= 8)
    ticks = int(top / tick) + 1
    height = TOP + STEP * len(rows) + 40
    bottom = TOP + STEP * len(rows)

    def x(value):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * value / (tick * ticks), 1)

    unit = rows[0].unit.strip() or "ours / theirs"
    parts = [
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="h" x="20" y="30">{escape(title)}</text>',
        f'<text class="s end" x="{WIDTH - 20}" y="30">{escape(unit)}, more is better; dashed: the goal</text>',
    ]
    for number in range(ticks + 1):
        at = x(number * tick)
        parts.append(f'<path class="grid" d="M{at} {TOP}V{bottom}"/>')
        parts.append(f'<text class="s mid" x="{at}" y="{bottom + 20}">{number * tick:g}</text>')
    for index, row in enumerate(rows):
        y = TOP + STEP * index + STEP // 2
        parts.append(f'<text class="end" x="{LEFT - 14}" y="{y + 5}">{escape(row.name)}</text>')
        if row.goal is not None:
            parts.append(f'<path class="goal" d="M{x(row.goal)} {y - 16}V{y + 16}"/>')
        parts.extend(f'<circle class="dot" cx="{x(value)}" cy="{y}" r="5"/>' for value in row.values)
        parts.append(f'<path class="median" d="M{x(row.median)} {y - 10}V{y + 10}"/>')
        parts.append(f'<text class="s end" x="{WIDTH - 14}" y="{y + 5}">{row.median:.2f}</text>')
    values = "; ".join(f"{row.name} {row.median:.2f}{row.unit}" for row in rows)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-labelledby="title desc">\n'
            f'  <title id="title">{escape(title)}</title>\n  <desc id="desc">Medians: {escape(values)}.</desc>\n'
            f"  <style>{STYLE}  </style>\n  " + "\n  ".join(parts) + "\n</svg>\n")


def steps():
    """0.1, 0.2, 0.5, 1, 2, 5, 10 …"""
    size = 0.1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10
