import io
import os
import socket
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.source import (
    ANSWERS_LIMITS,
    PROBLEM_LIMITS,
    SHOWN_COLUMNS,
    SHOWN_COMPLAINTS,
    FileError,
    Limits,
    Source,
    read_source,
    refuse,
)


def refusal(path, limits=ANSWERS_LIMITS):
    with pytest.raises(FileError) as caught:
        read_source(str(path), limits)
    return caught.value.complaints


def written(tmp_path, data):
    path = tmp_path / "p.yaml"
    path.write_bytes(data)
    return path


def test_limits():
    assert tuple(ANSWERS_LIMITS) == (262144, 20000, 32, 10000)
    assert tuple(PROBLEM_LIMITS) == (262144, 60000, 32, 10000)


def test_reads_a_file(tmp_path):
    path = written(tmp_path, "a: ŷ\nb: 2\n".encode())
    source = read_source(str(path))
    assert (source.name, source.text) == (str(path), "a: ŷ\nb: 2\n")
    assert [source.line(n) for n in (0, 1, 2, 3, 4)] == ["", "a: ŷ", "b: 2", "", ""]


def test_a_byte_order_mark_and_other_line_ends_are_taken_out(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3")
    assert read_source(str(path)).text == "a: 1\nb: 2\nc: 3"


def test_a_link_to_a_file_is_followed(tmp_path):
    path = written(tmp_path, b"a: 1\n")
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    assert read_source(str(link)).text == "a: 1\n"


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\n")))
    source = read_source("-")
    assert (source.name, source.text) == ("<stdin>", "a: 1\n")


def test_standard_input_has_the_same_limit(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a" * 3000)))
    (complaint,) = refusal("-", Limits(bytes=2048))
    assert str(complaint) == "<stdin>: is larger than 2 KiB, the most that is read"


@pytest.mark.parametrize("stdin", [None, io.StringIO("a: 1")])
def test_standard_input_that_is_closed(monkeypatch, stdin):
    monkeypatch.setattr("sys.stdin", stdin)
    assert str(refusal("-")[0]) == "<stdin>: standard input is not open"


def test_a_missing_file(tmp_path):
    path = tmp_path / "none.yaml"
    assert str(refusal(path)[0]) == f"{path}: cannot be read: No such file or directory"


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5000, "/nowhere/\udcff\x1b[2J"])
def test_paths_that_cannot_be_opened(path):
    (complaint,) = refusal(path)
    assert complaint.message.startswith("cannot be read: ")
    assert str(complaint).isprintable()


def test_a_folder(tmp_path):
    assert str(refusal(tmp_path)[0]) == f"{tmp_path}: is a folder, not a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    (complaint,) = refusal(path)
    assert complaint.message == "is a pipe, not a file"
    assert complaint.hint == "give - to read standard input"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no devices here")
def test_a_device():
    assert refusal("/dev/zero")[0].message == "is a device, not a file"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets here")
def test_a_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert refusal("s")[0].message == "is a socket, not a file"


def test_size_at_the_limit(tmp_path):
    path = written(tmp_path, b"#" * 262144)
    assert len(read_source(str(path)).text) == 262144


def test_size_beyond_the_limit(tmp_path):
    (complaint,) = refusal(written(tmp_path, b"#" * 262145))
    assert complaint.message == "is larger than 256 KiB, the most that is read"


def test_a_file_larger_than_it_says(tmp_path, monkeypatch):
    path = written(tmp_path, b"#" * 5000)
    small = os.stat(written(tmp_path / "..", b""))
    monkeypatch.setattr(os, "fstat", lambda _number: small)
    assert "is larger than 2 KiB" in str(refusal(path, Limits(bytes=2048))[0])


def test_not_utf8(tmp_path):
    (complaint,) = refusal(written(tmp_path, b"a: 1\nb: \xc3\xbc\xff!\nc: 2\n"))
    # byte 10: "a: 1\n" has 5, "b: " has 3, "ü" has 2; the fifth column of line 2
    assert complaint.message == "not UTF-8 text: byte 10 is 0xff"
    assert (complaint.place.line, complaint.place.column) == (2, 5)
    assert complaint.source == "b: ü\\xff!"
    assert complaint.hint == "save the file with the encoding UTF-8"


def test_not_utf8_after_a_byte_order_mark(tmp_path):
    (complaint,) = refusal(written(tmp_path, b"\xef\xbb\xbfab\xff"))
    assert complaint.message == "not UTF-8 text: byte 5 is 0xff"
    assert (complaint.place.line, complaint.place.column) == (1, 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_named(tmp_path, encoding):
    (complaint,) = refusal(written(tmp_path, "\ufeffa: 1".encode(encoding)))
    assert complaint.message == "UTF-16 text, not UTF-8"
    assert complaint.hint == "save the file with the encoding UTF-8"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (
            b"{\\rtf1\\ansi\\ansicpg1252\n{\\fonttbl\\f0\\fswiss Helvetica;}\n}",
            "formatted document",
        ),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "office document"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, data, kind):
    (complaint,) = refusal(written(tmp_path, data))
    assert f"{kind}" in complaint.message
    assert "not a text file" in complaint.message
    assert "plain text" in complaint.hint


def test_an_office_document_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "made", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    (complaint,) = refusal(written(tmp_path, (tmp_path / "made").read_bytes()))
    assert "office document" in complaint.message


def test_not_utf8_far_out_on_a_line_shows_no_line(tmp_path):
    (complaint,) = refusal(written(tmp_path, b"x" * 500 + b"\xff"))
    assert (complaint.place.column, complaint.source) == (501, "")


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x00", r"\x00"),
        ("\x0b", r"\x0b"),
        ("\x1b", r"\x1b"),
        ("\x7f", r"\x7f"),
        ("\x85", r"\x85"),
        ("\u2028", r"\u2028"),
        ("\u2029", r"\u2029"),
        ("\ufeff", r"\ufeff"),
        ("\ufffe", r"\ufffe"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_refused_with_their_place(char, shown):
    with pytest.raises(FileError) as caught:
        Source("p.yaml", f"a: 1\nbc{char}d\n")
    (complaint,) = caught.value.complaints
    assert complaint.message == f"the character {shown} is not allowed in a file"
    assert complaint.place == Place("p.yaml", 2, 3)
    assert complaint.source == f"bc{shown}d"


def test_all_control_characters_are_reported_together():
    with pytest.raises(FileError) as caught:
        Source("p.yaml", "\x01\n \x02\n")
    assert [c.place[1:] for c in caught.value.complaints] == [(1, 1), (2, 2)]


def test_tabs_bidi_and_private_use_are_no_control_characters():
    text = "a:\t\u202e\ue000\u200b\n"
    assert Source("p.yaml", text).text == text


def test_a_shown_line_is_cut_and_visible():
    source = Source("p.yaml", "\ta\u202eb\n" + "x" * 500)
    assert source.line(1) == r" a\u202eb"
    assert source.line(2) == "x" * SHOWN_COLUMNS + "…"


def test_a_complaint_shows_its_line_unless_the_place_is_beyond_the_cut():
    source = Source("p.yaml", "y" * 500)
    near = source.complaint("no", source.place(1, 3), "hint", 1000)
    assert near == Complaint("no", Place("p.yaml", 1, 3), "hint", source.line(1), 159)
    far = source.complaint("no", source.place(1, 300))
    assert far == Complaint("no", Place("p.yaml", 1, 300))


def test_a_place_past_the_end_is_the_end():
    assert Source("p", "a: 1").place(7, 1) == Place("p", 1, 5)


def test_the_name_is_made_visible():
    assert Source("a\x1b\nb", "").name == r"a\x1b\nb"


def test_refuse_nothing():
    refuse([])


def test_refuse_sorts_and_cuts_a_long_list():
    places = [Place("f", line, 1) for line in range(100, 0, -1)]
    with pytest.raises(FileError) as caught:
        refuse(Complaint("no", place) for place in places)
    found = caught.value.complaints
    assert len(found) == SHOWN_COMPLAINTS + 1
    assert [c.place.line for c in found[:3]] == [1, 2, 3]
    assert found[-1].message == f"{100 - SHOWN_COMPLAINTS} more errors in this file are not shown"


@given(st.binary(max_size=200))
def test_arbitrary_bytes(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "arbitrary.yaml"
    path.write_bytes(data)
    with suppress(BackpropError):
        assert "\r" not in read_source(str(path)).text
