"""Serves the input folder until it is asked to stop, and notes each visit."""
import csv
import datetime
import functools
import http.server
import os
import pathlib
import signal

INPUT = pathlib.Path(os.environ.get("ODTP_INPUT", "/odtp/odtp-input"))
OUTPUT = pathlib.Path(os.environ.get("ODTP_OUTPUT", "/odtp/odtp-output"))
PORT = int(os.environ.get("PORT", "8080"))
HOST = os.environ.get("HOST", "0.0.0.0")


class Stop(Exception):
    pass


def stop(*_):
    raise Stop


def main():
    visits = open(OUTPUT / "visits.csv", "w", encoding="utf-8", newline="", buffering=1)
    writer = csv.writer(visits)
    writer.writerow(["time", "path", "status"])

    class Page(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
            status = getattr(code, "value", code)
            writer.writerow([time, self.path, status])
            print(f"{self.command} {self.path} {status}")

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server = http.server.ThreadingHTTPServer((HOST, PORT), functools.partial(Page, directory=INPUT))
    print(f"serving {len(list(INPUT.rglob('*')))} files on port {PORT}; stop the step to end it")
    try:
        server.serve_forever()
    except Stop:
        print("asked to stop")
    finally:
        server.server_close()
        visits.close()


main()
