"""Works out a trip from one place to every other."""
import csv
import json
import math
import os
import pathlib
import re
import sys

INPUT = pathlib.Path(os.environ.get("ODTP_INPUT", "/odtp/odtp-input"))
OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))
VALUES = os.environ.get("TWIN_OUTPUTS")

EARTH = 6371.0088  # mean radius in km
GROUND = 0.75  # hours to start, climb, land and taxi


def parameter(name, default):
    value = os.environ.get(name, default)
    print(f"{name} = {value}")
    return value


def distance(a, b):
    """Kilometres along the great circle (haversine)."""
    latitudes = math.radians(a["latitude"]), math.radians(b["latitude"])
    across = math.radians(b["longitude"] - a["longitude"])
    half = math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
    half += math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(across / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(half))


def jet_lag(a, b):
    """Hours by which the clock there is ahead, the short way round: nobody has more than twelve hours of it."""
    return (b["offset"] - a["offset"] + 12) % 24 - 12


def main():
    origin_zone = parameter("ORIGIN", "Europe/Zurich")
    speed = float(parameter("SPEED", "850"))
    rate = float(parameter("RATE", "0.11"))
    price_format = parameter("PRICE_FORMAT", "$ {}")
    working_hours = parameter("WORKING_HOURS", "09:00 - 17:00")
    areas = {area.strip() for area in parameter("AREAS", "").split(",")} - {""}
    title = parameter("TITLE", "Trips")

    hours = re.fullmatch(r"\s*(\d+):(\d\d)\s*-\s*(\d+):(\d\d)\s*", working_hours)
    if not hours:
        sys.exit(f"WORKING_HOURS is '{working_hours}', not like '09:00 - 17:00'")
    start, minute, end, last = map(int, hours.groups())
    day = end + last / 60 - start - minute / 60

    places = json.loads((INPUT / "places.json").read_text(encoding="utf-8"))
    origin = next((place for place in places if place["zone"] == origin_zone), None)
    if origin is None:
        sys.exit(f"ORIGIN is '{origin_zone}', which is none of the {len(places)} zones")

    trips = []
    chosen = [place for place in places if place is not origin and (not areas or place["area"] in areas)]
    for number, place in enumerate(chosen, 1):
        kilometres = distance(origin, place)
        lag = jet_lag(origin, place)
        trips.append(place | {
            "kilometres": round(kilometres),
            "hours": round(kilometres / speed + GROUND, 1),
            "jetLag": lag,
            "price": price_format.replace("{}", f"{kilometres * rate:,.0f}"),
            "commonHours": max(0.0, day - abs(lag)),
        })
        if number % 100 == 0:
            print(f"::progress {number / len(chosen):.2f}")
    trips.sort(key=lambda trip: trip["kilometres"])

    with open(OUTPUT / "trips.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["zone", "city", "countries", "kilometres", "hours", "jetLag", "commonHours", "price"])
        for trip in trips:
            names = "; ".join(country["name"] for country in trip["countries"])
            writer.writerow([trip["zone"], trip["city"], names, *(trip[key] for key in ("kilometres", "hours", "jetLag", "commonHours", "price"))])
    summary = {"title": title, "origin": origin, "workingHours": working_hours, "trips": trips}
    (OUTPUT / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    farthest = trips[-1]
    print(f"{len(trips)} trips; the longest goes to {farthest['city']}: {farthest['kilometres']:,} km, {farthest['price']}")
    if VALUES:
        pathlib.Path(VALUES).write_text(f"TRIPS={len(trips)}\nFARTHEST={farthest['city']}\n", encoding="utf-8")


main()
