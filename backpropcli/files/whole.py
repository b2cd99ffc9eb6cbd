"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.visible import visible_name


def write_whole(path: str, parts: Iterable[str]) -> None:
    """Write the parts beside the file, make sure of them on the disk, and rename.

    A pipe or a device is written to directly. Raises ``BackpropError``.
    """
    try:
        if is_special(path):
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(parts)
        else:
            _replace(os.path.realpath(path), parts)
    except OSError as error:
        raise _refused(path, error) from None


def is_special(path: str) -> bool:
    """Whether there is something that is no file: a pipe, a device (``/dev/stdout``), a folder."""
    return os.path.exists(path) and not os.path.isfile(path)


def make_folder_of(path: str) -> None:
    """Make the folder in which a file is to be written; raises ``BackpropError``."""
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from None


def _refused(path: str, error: OSError) -> BackpropError:
    said = f"cannot be written: {error.strerror}"
    return BackpropError(Complaint(said, Place(visible_name(path))))


def _replace(path: str, parts: Iterable[str]) -> None:
    folder, name = os.path.split(path)
    handle, beside = tempfile.mkstemp(dir=folder, prefix=f".{name[:100]}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
