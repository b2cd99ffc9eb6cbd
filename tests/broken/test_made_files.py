"""Broken input that is better made than stored: bytes, sizes, depths, what is no file."""

import os
import subprocess
import sys

import pytest
from broken_support import RAW, answer, assert_refused

SMALL = b"inputs: {x: 2}\nloss: x**2\n"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    import numpy  # noqa: F401

    monkeypatch.chdir(tmp_path)


def refused(data, capsys, line, *fragments, column=None):
    """Write the bytes to p.yaml and check the only complaint, or the first of many."""
    with open("p.yaml", "wb") as file:
        file.write(data)
    found = answer("p.yaml", capsys)
    assert_refused(found)
    first = found.complaints()[0]
    assert first[0] == line, found.err
    assert column in (None, first[1]), found.err
    for fragment in fragments:
        assert fragment.lower() in found.err.lower()
    return found


@pytest.mark.parametrize(
    "nest",
    [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b"{a: " * 50_000, b"- " * 100_000],
    ids=["open-brackets", "brackets", "braces", "dashes"],
)
def test_a_hundred_thousand_deep(nest, capsys):
    refused(b"inputs:\n  x:\n    " + nest + b"\nloss: x\n", capsys, 3, "nested", "32")


def test_a_hundred_thousand_parentheses(capsys):
    refused(b"loss: " + b"(" * 100_000 + b"1" + b")" * 100_000, capsys, 1, "characters", "10000")


def test_a_thousand_question_marks(capsys):
    refused(b"? " * 1000 + b"x\n", capsys, 1)


def test_a_file_that_is_too_large(capsys):
    found = refused(SMALL + b"# " + b"x" * 262_144, capsys, 0, "256 KiB")
    assert len(found.err) < 200


def test_too_many_values(capsys):
    row = b"[" + b"1," * 9_999 + b"1]\n"
    data = b"inputs:\n" + b"".join(b"  x%d: %s" % (i, row) for i in range(7)) + b"loss: x0[1]\n"
    refused(data, capsys, 7, "60000")


def test_a_text_that_is_too_long(capsys):
    refused(b"title: " + b"a" * 10_001 + b"\n" + SMALL, capsys, 1, "10001", "10000", column=8)


def test_a_hundred_thousand_quotes(capsys):
    refused(b"title: " + b"'" * 100_001 + b"\n" + SMALL, capsys, 1)


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        (b"\x00", "\\x00"),
        (b"\x1b[2J", "\\x1b"),
        (b"\x07", "\\x07"),
        (b"\x0c", "\\x0c"),
        (b"\x7f", "\\x7f"),
        ("\x9b2J".encode(), "\\x9b"),
        ("\ufeff".encode(), "\\ufeff"),
        ("\u2028".encode(), "\\u2028"),
    ],
    ids=["nul", "escape", "bell", "form-feed", "delete", "c1", "byte-order-mark", "separator"],
)
def test_a_control_character(char, shown, capsys):
    data = b"title: Sheet 4\ninputs: {x: 2" + char + b"}\nloss: x\n"
    refused(data, capsys, 2, shown, "not allowed", column=14)


def test_a_bidi_control_in_a_comment_does_no_harm_to_the_message(capsys):
    refused("inputs: {x: 1_0} # \u202e}\nloss: x\n".encode(), capsys, 1, "10")


def test_latin_1(capsys):
    data = "title: Übung\ninputs: {größe: 2}\nloss: 3\n".encode("latin-1")
    refused(data, capsys, 1, "UTF-8", "0xdc", column=8)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16(encoding, capsys):
    text = "\ufeff" + SMALL.decode()
    refused(text.encode(encoding), capsys, 1, "UTF-16", "UTF-8")


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"\n\n", b"# only this\n"], ids=["0", "bom", "lines", "comment"]
)
def test_an_empty_file(data, capsys):
    refused(data, capsys, 0, "empty")


def test_an_empty_document(capsys):
    refused(b"---\n", capsys, 2, "empty")


def test_a_folder(tmp_path, capsys):
    (tmp_path / "sheet.yaml").mkdir()
    found = answer("sheet.yaml", capsys)
    assert_refused(found)
    assert "folder" in found.err


def test_a_pipe_without_a_writer(capsys):
    os.mkfifo("pipe.yaml")
    found = answer("pipe.yaml", capsys)
    assert_refused(found)
    assert "pipe" in found.err
    assert "-" in found.complaints()[0][2]


def test_a_pipe_with_a_writer_is_not_read(capsys):
    os.mkfifo("pipe.yaml")
    writer = os.open("pipe.yaml", os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, SMALL)
        assert_refused(answer("pipe.yaml", capsys))
        assert os.read(writer, 1000) == SMALL
    finally:
        os.close(writer)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
def test_a_device_without_end(capsys):
    os.symlink("/dev/zero", "zero.yaml")
    found = answer("zero.yaml", capsys)
    assert_refused(found)
    assert "device" in found.err


def test_a_missing_file(capsys):
    found = answer("no-such.yaml", capsys)
    assert_refused(found)
    assert "No such file" in found.err


def test_links_in_a_circle(capsys):
    os.symlink("b.yaml", "a.yaml")
    os.symlink("a.yaml", "b.yaml")
    assert_refused(answer("a.yaml", capsys))


@pytest.mark.parametrize(
    "name", ["\x1b[2Jx.yaml", "::error::x.yaml", "##[error]x.yaml", "a\n::error::b.yaml"]
)
def test_a_file_name_that_is_an_attack(name, capsys):
    with open(name, "wb") as file:
        file.write(b"loss: y\n")
    found = answer(name, capsys)
    assert found.code == 2
    assert not RAW.search(found.err)
    assert "##[" not in found.err
    assert not any(line.lstrip().startswith("::") for line in found.err.splitlines())


@pytest.mark.parametrize("count", [3000])
def test_a_circle_of_many_equations(count, capsys):
    lines = "".join(f"  z{i}: z{(i + 1) % count} + 1\n" for i in range(count))
    found = refused(f"network:\n{lines}loss: z0\n".encode(), capsys, 2, "circle", "z0")
    assert len(found.complaints()) == 1


def test_many_equations_in_the_wrong_order(capsys):
    lines = "".join(f"  z{i}: z{i + 1} + x\n" for i in range(3000))
    refused(f"inputs: {{x: 1}}\nnetwork:\n{lines}  z3000: x\nloss: z0\n".encode(), capsys, 3, "z1")


def test_many_unknown_names_are_cut_to_a_list_that_can_be_read(capsys):
    lines = "".join(f"  z{i}: unknown_number_{i} + x\n" for i in range(3000))
    found = refused(f"inputs: {{x: 1}}\nnetwork:\n{lines}loss: z0\n".encode(), capsys, 3, "more")
    assert len(found.complaints()) <= 50


def test_many_unknown_keys_are_cut_too(capsys):
    keys = "".join(f"key_{i}: 3\n" for i in range(5000))
    found = refused(SMALL + keys.encode(), capsys, 3, "key_0", "more")
    assert len(found.complaints()) <= 50


@pytest.mark.parametrize("closed", [True, False])
def test_depth_in_a_process_of_its_own_does_not_kill_it(closed):
    data = b"inputs: " + b"[" * 100_000 + (b"]" * 100_000 if closed else b"")
    ran = subprocess.run(
        [sys.executable, "-m", "backpropcli", "solve", "-"],
        input=data,
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"<stdin>:1:")


def test_a_misspelt_section_is_told_once(capsys):
    text = b"wieghts: {w: 2}\nloss: w**2\nfind: [w]\nnotation: {w: '\\omega'}\n"
    refused(text, capsys, 1, "unknown key `wieghts`", "did you mean weights?", column=1)
    assert len(answer("p.yaml", capsys).complaints()) == 1
