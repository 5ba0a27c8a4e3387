#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/run says something of everything, as text, JSON and a plot. Asserts no time."""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml


def main(run, build):
    with tempfile.TemporaryDirectory() as folder:
        figures, plot = pathlib.Path(folder, "figures.json"), pathlib.Path(folder, "plot.svg")
        shown = subprocess.run([sys.executable, run, "--build", build, "--rounds", "1", "--repeat", "1000",
                                "--sets", "10", "100", "--clauses", "100", "--json", figures, "--plot", plot],
                               check=True, stdout=subprocess.PIPE, text=True).stdout
        result = json.loads(figures.read_text())
        assert result["compile_ms"]["fwc"]["median"] > 0 and result["in_process"]["later_ms"]["median"] > 0
        for rows in result["objects"].values():
            by_name = {row["name"]: row for row in rows}
            assert by_name["floor"]["forwarded"] == 1024
            assert 0 < by_name["fwc"]["forwarded"] < 1024, "the stream has packets of both verdicts"
            assert by_name["fwc"]["instructions"] <= 120
            for watched in ("--counters", "--log drop", "--counters --log drop"):
                assert by_name[f"fwc {watched}"]["forwarded"] == by_name["fwc"]["forwarded"]
            assert by_name["fwc --audit"]["forwarded"] == 1024, "an audited filter drops nothing"
            if "clang" in by_name:  # the peer does the same work
                assert abs(by_name["clang"]["forwarded"] - by_name["fwc"]["forwarded"]) < 32
        assert {row["entries"] for row in result["sets"]} == {10, 100}
        assert {row["set"] for row in result["clauses"]} == {"clauses", "mixed", "rules"}
        assert len(xml.fromstring(plot.read_text()).findall("{*}polyline")) >= 4
        for word in ("compile", "hot ns", "stream ns", "verified"):
            assert word in shown, word


if __name__ == "__main__":
    main(*sys.argv[1:])
