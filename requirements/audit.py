"""Asks whether what is locked has known holes, by pip-audit and npm audit; mends nothing.

Where nobody could be asked (no network, or a mirror that does not answer such questions) it says so and ends well;
everything else that goes wrong fails.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
UNASKED = re.compile(
    r"ConnectionError|Max retries exceeded|Name or service not known|Temporary failure in name resolution|timed out|"
    r"ServiceError|ConnectTimeout|Failed to connect|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|"
    r"audit endpoint returned an error|ENOAUDIT|Proxy Authentication|"
    r"40[345] (?:Client Error|Not Found|Forbidden|Method Not Allowed)"
)


class NobodyAnswered(Exception):
    """There was nobody to ask."""


def run(*words: str) -> tuple[str, str, int]:
    """A command's output, what it complained of, and its exit code."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    return done.stdout, done.stderr, done.returncode


def python_holes() -> list[str]:
    """Of requirements/runtime.txt."""
    tool = Path(sys.executable).with_name("pip-audit")
    out, err, code = run(
        str(tool), "--requirement", "requirements/runtime.txt", "--require-hashes", "--disable-pip",
        "--progress-spinner", "off", "--timeout", "10", "--format", "json",
    )  # fmt: skip
    asked = _report(out, err, code).get("dependencies", [])
    if all("vulns" not in one for one in asked):  # each says why it was skipped
        raise NobodyAnswered("none of them is known there")
    return [
        f"{one['name']} {one['version']}: {hole['id']} (mended in {', '.join(hole['fix_versions']) or 'nothing yet'})"
        for one in asked
        for hole in one.get("vulns", [])
    ]


def npm_holes() -> list[str]:
    """Of what the page is made of."""
    npm = shutil.which("npm")
    if npm is None:
        raise NobodyAnswered("npm is not installed")
    out, err, code = run(npm, "audit", "--prefix", "web", "--omit=dev", "--json")
    report = _report(out, err, code)
    if "vulnerabilities" not in report:
        said = json.dumps(report)
        raise NobodyAnswered(_last(said)) if UNASKED.search(said) else RuntimeError(said[:500])
    return [f"{name}: {one['severity']}" for name, one in report["vulnerabilities"].items()]


def _report(out: str, err: str, code: int) -> dict[str, Any]:
    try:
        return json.loads(out)
    except ValueError:
        if UNASKED.search(out + err):
            raise NobodyAnswered(_last(err or out)) from None
        raise RuntimeError(f"exit code {code}: {(err or out)[-500:]}") from None


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no answer"


def main() -> int:
    """How many kinds of packages have holes, or could not be looked at for another reason than nobody answering."""
    bad = 0
    for what, look in (("Python packages", python_holes), ("packages of the page", npm_holes)):
        try:
            holes = look()
        except NobodyAnswered as error:
            print(f"{what}: not asked, nobody answered ({error})")  # noqa: T201 - a command
            continue
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            holes = [f"the question failed: {error}"]
        bad += bool(holes)
        print(f"{what}: {'no known holes' if not holes else ''}", *holes, sep="\n  ")  # noqa: T201
    return bad


if __name__ == "__main__":
    sys.exit(main())
