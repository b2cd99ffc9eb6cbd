"""Build the archive that Gradescope takes as an autograder: ``make autograder PROBLEM=hw1.yaml``.

It holds the problem, the scripts, the wheel of backprop, and the versions of Python and of the
packages that are in use here, so that all submissions of a term are judged by the same program.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from backpropcli import load_problem
from backpropcli.errors import BackpropError
from backpropcli.report.reveal import LEVELS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCRIPTS = ("setup.sh", "run_autograder")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("problem", type=Path, help="the problem that is graded")
    parser.add_argument("-o", "--output", type=Path, help="the archive; autograder-PROBLEM.zip")
    parser.add_argument("--reveal", choices=LEVELS, default="diagnosis")
    parser.add_argument("--wheel", type=Path, help="backprop's wheel; built where left out")
    asked = parser.parse_args(arguments)
    try:
        load_problem(asked.problem)
    except BackpropError as error:
        print(error, file=sys.stderr)
        return 2
    if not NAME.fullmatch(asked.problem.name):
        print(f"{asked.problem.name!r}: use letters, digits, . _ - in its name", file=sys.stderr)
        return 2
    output = asked.output or Path(f"autograder-{asked.problem.stem}.zip")
    with tempfile.TemporaryDirectory() as folder:
        wheel = asked.wheel or built_wheel(Path(folder))
        write(output, contents(asked.problem, wheel, asked.reveal))
    print(f"{output}: upload it under Configure Autograder")
    return 0


def built_wheel(folder: Path) -> Path:
    """The wheel of this checkout."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True)
    (wheel,) = folder.glob("backpropcli-*.whl")
    return wheel


def contents(problem: Path, wheel: Path, reveal: str) -> dict[str, bytes]:
    """The files of the archive."""
    version = "{}.{}".format(*sys.version_info)
    settings = f"PROBLEM={problem.name}\nREVEAL={reveal}\nPYTHON_VERSION={version}\n"
    pinned = "".join(f"{name}=={metadata.version(name)}\n" for name in needed("backpropcli"))
    return {
        **{name: (HERE / name).read_bytes() for name in SCRIPTS},
        "settings.sh": settings.encode(),
        "requirements.txt": pinned.encode(),
        problem.name: problem.read_bytes(),
        wheel.name: wheel.read_bytes(),
    }


def needed(package: str) -> list[str]:
    """The packages that a package needs, and those that they need, without its extras."""
    found: set[str] = set()
    waiting = [package]
    while waiting:
        for told in metadata.requires(waiting.pop()) or ():
            name = re.split(r"[^A-Za-z0-9._-]", told, maxsplit=1)[0].lower()
            if "extra ==" in told or name in found or not installed(name):
                continue
            found.add(name)
            waiting.append(name)
    return sorted(found)


def installed(package: str) -> bool:
    """Whether a package is here; one for another system is not."""
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


def write(output: Path, files: dict[str, bytes]) -> None:
    """Write the archive, the same bytes for the same files."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in SCRIPTS else 0o644) << 16
            archive.writestr(entry, data)


if __name__ == "__main__":
    sys.exit(main())
