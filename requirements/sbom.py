"""Writes what Palaver is made of as CycloneDX JSON, from the locked files alone: the same files give the same bytes.

It asks no registry and names none. In it are the Python packages of the default install, and what is built into the
page. What only tests and builds need is not.
"""

import base64
import json
import re
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_SPACE = uuid.UUID("5a1f0f6e-8d0b-5c54-9f0c-6f2f1d4b7a10")  # ours, for ids that follow from content


def python_packages() -> list[dict[str, Any]]:
    """Of requirements/runtime.txt; a marker says on which machines a package is installed."""
    found: list[dict[str, Any]] = []
    for line in (ROOT / "requirements" / "runtime.txt").read_text("utf-8").splitlines():
        if locked := _LOCKED.match(line):
            name, version, marker = locked.groups()
            one = component(f"pkg:pypi/{name.lower().replace('_', '-')}@{version}", name, version)
            found.append(one | ({"properties": [{"name": "palaver:marker", "value": marker}]} if marker else {}))
    return found


def npm_packages() -> list[dict[str, Any]]:
    """Of the page's lock file, without what only builds need."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for place, entry in lock["packages"].items():
        if place and not entry.get("dev") and not entry.get("link"):
            name, version = place.rpartition("node_modules/")[2], entry["version"]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
            found[purl] = component(purl, name, version) | licence(entry) | integrity(entry)
    return [found[purl] for purl in sorted(found)]


def component(purl: str, name: str, version: str) -> dict[str, Any]:
    """One package."""
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def licence(entry: dict[str, Any]) -> dict[str, Any]:
    """As its makers say it."""
    said = entry.get("license")
    return {"licenses": [{"expression": said}]} if isinstance(said, str) else {}


def integrity(entry: dict[str, Any]) -> dict[str, Any]:
    """The hash of the package that is locked."""
    kind, _, text = entry.get("integrity", "").partition("-")
    if kind != "sha512":
        return {}
    return {"hashes": [{"alg": "SHA-512", "content": base64.b64decode(text).hex()}]}


def document() -> dict[str, Any]:
    """All of it. There is no time in it, and its serial number follows from what is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    source = (ROOT / "src" / "palaver" / "__init__.py").read_text("utf-8")
    version = re.search(r'__version__ = "([^"]+)"', source)
    assert version
    ours = component(f"pkg:pypi/{project['name']}@{version[1]}", project["name"], version[1])
    components = sorted([*python_packages(), *npm_packages()], key=lambda one: one["bom-ref"])
    body = {
        "metadata": {"component": ours | {"type": "application", "licenses": [{"expression": project["license"]}]}},
        "components": components,
        "dependencies": [{"ref": ours["bom-ref"], "dependsOn": [one["bom-ref"] for one in components]}],
    }
    serial = uuid.uuid5(_SPACE, json.dumps(body, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return head | body


def main() -> None:
    """To the file that is named, or to standard output."""
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if len(sys.argv) > 1:
        at = Path(sys.argv[1])
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
