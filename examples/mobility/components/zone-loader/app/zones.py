"""Reads the tz database's table of zones, and looks up each zone's offset from UTC on a day."""
import csv
import datetime
import os
import pathlib
import re
import zoneinfo

OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))
TABLE = pathlib.Path("/usr/share/zoneinfo/zone1970.tab")


def degrees(text):
    """ISO 6709 as the table has it: +DDMM, +DDDMM, +DDMMSS or +DDDMMSS."""
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    whole = len(digits) - (2 if len(digits) <= 5 else 4)
    parts = [int(digits[:whole]), int(digits[whole:whole + 2]), int(digits[whole + 2:] or 0)]
    return round(sign * (parts[0] + parts[1] / 60 + parts[2] / 3600), 4)


def main():
    day = datetime.date.fromisoformat(os.environ.get("DATE", "2026-07-01"))
    noon = datetime.datetime.combine(day, datetime.time(12), datetime.timezone.utc)
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        countries, place, zone = line.split("\t")[:3]
        latitude, longitude = re.fullmatch(r"([+-]\d+)([+-]\d+)", place).groups()
        offset = noon.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds() / 3600
        rows.append([zone, countries.replace(",", " "), degrees(latitude), degrees(longitude), offset])
    with open(OUTPUT / "zones.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["zone", "countries", "latitude", "longitude", "offset"])
        writer.writerows(sorted(rows))
    print(f"{len(rows)} zones, with their offsets from UTC on {day}")


main()
