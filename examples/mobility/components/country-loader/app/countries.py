"""Reads ISO 3166-1, the countries' codes, names and flags."""
import csv
import json
import os
import pathlib

OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))
TABLE = pathlib.Path("/usr/share/iso-codes/json/iso_3166-1.json")


def name(entry, which):
    if which == "official":
        return entry.get("official_name", entry["name"])
    return entry.get("common_name", entry["name"])


def main():
    which = os.environ.get("NAMES", "common")
    entries = json.loads(TABLE.read_text(encoding="utf-8"))["3166-1"]
    with open(OUTPUT / "countries.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "flag"])
        writer.writerows(sorted([entry["alpha_2"], name(entry, which), entry["flag"]] for entry in entries))
    print(f"{len(entries)} countries, by their {which} names")


main()
