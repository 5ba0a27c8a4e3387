# SPDX-License-Identifier: MIT
"""Set size against time as SVG, both axes logarithmic: a packet on the left, the compile on the right."""
import math

WIDTH, HEIGHT, MARGIN = 420, 320, 55
COLOURS = {"fwc": "#0b6e4f", "lpm": "#b3541e", "hash": "#3d5a98"}
DASHES = {"ipv4": "", "ipv6": ' stroke-dasharray="6 3"'}


class Axis:
    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.begin, self.end = begin, end

    def at(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.begin + part * (self.end - self.begin), 1)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def text(x, y, words, anchor="middle"):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'


def chart(title, series, left):
    """`series`: name to a list of (entries, value)."""
    points = [point for line in series.values() for point in line]
    x = Axis([p[0] for p in points], left + MARGIN, left + WIDTH - 15)
    y = Axis([p[1] for p in points], HEIGHT - MARGIN, 35)
    out = [text(left + WIDTH / 2, 18, title), text(left + WIDTH / 2, HEIGHT - 12, "entries of the set")]
    for value in x.ticks():
        out.append(f'<path class="grid" d="M{x.at(value)} {y.end}V{y.begin}"/>')
        out.append(text(x.at(value), HEIGHT - 35, f"{value:,.0f}"))
    for value in y.ticks():
        out.append(f'<path class="grid" d="M{x.begin} {y.at(value)}H{x.end}"/>')
        out.append(text(x.begin - 5, y.at(value) + 4, f"{value:g}", "end"))
    for number, (name, line) in enumerate(series.items()):
        kind, structure = name.split()
        path = " ".join(f"{x.at(a)},{y.at(b)}" for a, b in sorted(line))
        out.append(f'<polyline points="{path}" stroke="{COLOURS[structure]}"{DASHES[kind]}/>')
        out.append(text(x.begin + 8, y.end + 14 + 14 * number,
                        f'<tspan fill="{COLOURS[structure]}">{name}{" (dashed)" if DASHES[kind] else ""}</tspan>',
                        "start"))
    return "\n".join(out)


def series_of(rows, value):
    series = {}
    for row in rows:
        if value(row) > 0:  # below the floor is noise, and has no logarithm
            series.setdefault(f"{row['set']} {row['structure']}", []).append((row["entries"], value(row)))
    return series


def plot_of(rows):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{HEIGHT}">\n'
            "<style>text{font:11px sans-serif}.grid{stroke:#ddd}polyline{fill:none;stroke-width:2}</style>")
    packet = chart("ns a packet over the stream, beyond the floor", series_of(rows, lambda r: r["stream_ns"]), 0)
    ready = chart("ms to build and load", series_of(rows, lambda r: r["build_ms"] + r["load_ms"]), WIDTH)
    return f"{head}\n{packet}\n{ready}\n</svg>\n"
