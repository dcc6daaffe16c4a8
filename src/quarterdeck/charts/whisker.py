"""How is an interval drawn across a bar?"""

from quarterdeck.charts.svg import Drawing, element, number


def draw_whisker(low: float, high: float, y: float, *, arm: float) -> tuple[Drawing, Drawing]:
    """A line from one bound to the other with an arm at each end, over a halo that parts it from its bar."""
    top, long = number(y - arm), number(2 * arm)
    path = f"M{number(low)} {number(y)}H{number(high)}M{number(low)} {top}v{long}M{number(high)} {top}v{long}"
    return element("path", class_="ci-halo", d=path), element("path", class_="ci", d=path)
