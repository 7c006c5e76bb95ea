"""Draws the trips on a map of the world and writes them into a page."""
import html
import json
import math
import os
import pathlib

INPUT = pathlib.Path(os.environ.get("ODTP_INPUT", "/odtp/odtp-input"))
OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))
WIDTH, HEIGHT = 1080, 540
PAGE = pathlib.Path(__file__).with_name("page.html")


def x(longitude):
    return round((longitude + 180) / 360 * WIDTH, 1)


def y(latitude):
    return round((90 - latitude) / 180 * HEIGHT, 1)


def colour(lag):
    """From green (no jet lag) over yellow to red (twelve hours)."""
    return f"hsl({round(150 - 150 * min(abs(lag), 12) / 12)} 70% 45%)"


def clock(lag):
    return "same time" if lag == 0 else f"{'+' if lag > 0 else '−'}{abs(lag):g} h"


def vector(place):
    latitude, longitude = math.radians(place["latitude"]), math.radians(place["longitude"])
    return (math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude))


def route(a, b, points=48):
    """The great circle between two places as an SVG path, cut where it crosses the map's edge."""
    start, end = vector(a), vector(b)
    angle = math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(start, end)))))
    if math.sin(angle) < 1e-6:
        return ""
    path, last = [], None
    for number in range(points + 1):
        share = number / points
        weights = math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle)
        p = [weights[0] * s + weights[1] * e for s, e in zip(start, end)]
        longitude = math.degrees(math.atan2(p[1], p[0]))
        latitude = math.degrees(math.asin(max(-1.0, min(1.0, p[2]))))
        jump = last is None or abs(longitude - last) > 180
        path.append(f"{'M' if jump else 'L'}{x(longitude)} {y(latitude)}")
        last = longitude
    return "".join(path)


def draw(summary):
    origin, trips = summary["origin"], summary["trips"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
        f"<title>{html.escape(summary['title'])}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#0f1b2d"/>',
    ]
    for longitude in range(-150, 180, 30):
        parts.append(f'<path d="M{x(longitude)} 0V{HEIGHT}" stroke="#22344f" stroke-width=".6"/>')
    for latitude in range(-60, 90, 30):
        parts.append(f'<path d="M0 {y(latitude)}H{WIDTH}" stroke="{"#3b5578" if latitude == 0 else "#22344f"}" stroke-width=".6"/>')
    for trip in trips:
        parts.append(f'<path d="{route(origin, trip)}" fill="none" stroke="{colour(trip["jetLag"])}" stroke-width=".7" opacity=".28"/>')
    for trip in trips:
        label = f"{trip['city']}: {trip['kilometres']:,} km, {trip['hours']} h, {clock(trip['jetLag'])}, {trip['price']}"
        parts.append(
            f'<circle cx="{x(trip["longitude"])}" cy="{y(trip["latitude"])}" r="3.4" fill="{colour(trip["jetLag"])}">'
            f"<title>{html.escape(label)}</title></circle>")
    parts.append(f'<circle cx="{x(origin["longitude"])}" cy="{y(origin["latitude"])}" r="6" fill="none" stroke="#fff" stroke-width="2"/>')
    for number, lag in enumerate(range(0, 13, 3)):
        left = 24 + number * 64 + (40 if number else 0)
        parts.append(f'<circle cx="{left}" cy="{HEIGHT - 22}" r="5" fill="{colour(lag)}"/>')
        label = "no jet lag" if lag == 0 else f"{lag} h"
        parts.append(f'<text x="{left + 10}" y="{HEIGHT - 18}" font-size="12" fill="#c9d6e8">{label}</text>')
    parts.append("</svg>")
    return "\n".join(parts)


def row(trip):
    names = " ".join(f'<abbr title="{html.escape(c["flag"] + " " + c["name"], quote=True)}">{c["code"]}</abbr>' for c in trip["countries"][:6])
    share = trip["commonHours"] / 8 * 100
    return (
        f'<tr><td><i style="background:{colour(trip["jetLag"])}"></i>{html.escape(trip["city"])} <small>{names}</small></td>'
        f"<td>{trip['kilometres']:,} km</td><td>{trip['hours']} h</td><td>{clock(trip['jetLag'])}</td>"
        f'<td><meter max="100" value="{share:.0f}"></meter> {trip["commonHours"]:g} h</td><td>{html.escape(trip["price"])}</td></tr>')


def main():
    rows = int(os.environ.get("ROWS", "40"))
    summary = json.loads((INPUT / "summary.json").read_text(encoding="utf-8"))
    picture = draw(summary)
    (OUTPUT / "map.svg").write_text(picture, encoding="utf-8")
    # Values are text from elsewhere: they are put in after the template's own marks, each once.
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split("<!--MAP-->")
    middle, after = rest.split("<!--ROWS-->")
    origin = summary["origin"]["city"]
    facts = f"{len(summary['trips'])} trips from {origin}; people work {summary['workingHours']} everywhere; the nearest {min(rows, len(summary['trips']))} are listed."
    head = before.replace("<!--FACTS-->", html.escape(facts)).replace("<!--TITLE-->", html.escape(summary["title"]))
    table = "\n".join(row(trip) for trip in summary["trips"][:rows])
    (OUTPUT / "index.html").write_text(head + picture + middle + table + after, encoding="utf-8")
    print(f"map.svg with {len(summary['trips'])} places, index.html with {min(rows, len(summary['trips']))} lines")


main()
