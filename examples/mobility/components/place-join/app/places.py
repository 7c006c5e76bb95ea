"""Joins zones and countries to places."""
import csv
import json
import os
import pathlib
import sys

INPUT = pathlib.Path(os.environ.get("ODTP_INPUT", "/odtp/odtp-input"))
OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))


def read(name):
    with open(INPUT / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main():
    countries = {row["code"]: row for row in read("countries.csv")}
    places, unknown = [], set()
    for row in read("zones.csv"):
        codes = row["countries"].split()
        unknown.update(code for code in codes if code not in countries)
        area, _, city = row["zone"].partition("/")
        places.append({
            "zone": row["zone"],
            "area": area,
            "city": city.rpartition("/")[2].replace("_", " "),
            "countries": [{"code": c, "name": countries[c]["name"], "flag": countries[c]["flag"]} for c in codes if c in countries],
            "latitude": float(row["latitude"]),
            "longitude": float(row["longitude"]),
            "offset": float(row["offset"]),
        })
    (OUTPUT / "places.json").write_text(json.dumps(places, ensure_ascii=False, indent=1), encoding="utf-8")
    used = {country["code"] for place in places for country in place["countries"]}
    print(f"{len(places)} places in {len(used)} of {len(countries)} countries")
    print(f"without a zone of their own: {', '.join(sorted(row['name'] for code, row in countries.items() if code not in used))}")
    if unknown:
        print(f"codes that no country has: {', '.join(sorted(unknown))}", file=sys.stderr)


main()
