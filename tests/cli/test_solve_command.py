"""``backprop solve``: its arguments, its options, its exit codes."""

import io
import json
import os
import re

import pytest
from cli_support import FORMATS, LOSS, RELU, SMALL, run

from backpropcli import __version__


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)
    return "small.yaml"


def stdin(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_holds_the_values_of_the_lecture_notes(form, capsys):
    ran = run(capsys, "solve", "-f", form, RELU)
    assert (ran.code, ran.err) == (0, "")
    assert "6.125" in ran.out
    assert "31.5" in ran.out
    assert ran.out.endswith("\n")
    assert not re.search(r"-0(?:\.0+)?(?![.\d])", ran.out)


def test_table_is_the_default(capsys):
    assert run(capsys, "solve", RELU) == run(capsys, "solve", "-f", "table", RELU)


def test_the_same_bytes_every_time(capsys):
    for form in FORMATS:
        assert run(capsys, "solve", "-f", form, LOSS) == run(capsys, "solve", "-f", form, LOSS)


def test_json_has_the_keys_of_the_design(capsys):
    answer = json.loads(run(capsys, "solve", "-f", "json", RELU).out)
    assert answer["schema"] == 1
    assert answer["problem"] == "three-layer-relu"
    assert answer["quantities"]["z1"] == {
        "kind": "value",
        "shape": [3],
        "value": [-1, 2, 3],
        "exact": ["-1", "2", "3"],
        "equation": "W1 @ x + b1",
    }
    gradient = answer["quantities"]["dL/dW3"]
    assert (gradient["value"], gradient["exact"]) == ([31.5, 21, -14], ["63/2", "21", "-14"])
    assert answer["counts"]["parameters"] == {
        "total": 24, "W1": 6, "b1": 3, "W2": 9, "b2": 3, "W3": 3,
    }  # fmt: skip
    assert answer["counts"]["operations"] == {"network": 38, "loss": 3}
    assert answer["counts"]["macs"] == {"network": 18}


def test_unknown_format(capsys):
    ran = run(capsys, "solve", "-f", "word", RELU)
    assert (ran.code, ran.out) == (2, "")
    assert "word" in ran.err
    assert all(form in ran.err for form in FORMATS)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("dL/dW2[2,2]", "7"),
        ("dL/dW3", "[31.5, 21, -14]"),
        ("z1[2]", "2"),
        ("∂L/∂W₃[2]", "21"),
        ("dL/dx", "[10.5, 7]"),  # W1.T @ dL/dz1 = [[0, 1, 1], [1, 1, 0]] @ [0, 7, 3.5]
    ],
)
def test_only(quantity, value, capsys):
    ran = run(capsys, "solve", "-f", "plain", "--only", quantity, RELU)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.rstrip().endswith(f"= {value}")
    assert "Forward pass" not in ran.out


def test_only_twice_in_the_order_asked(capsys):
    out = run(capsys, "solve", "-f", "plain", "--only", "yhat", "--only", "dL/dW3[2]", RELU).out
    assert out.index("yhat = 5") < out.index("dL/dW3[2] = 21")


@pytest.mark.parametrize(
    ("quantity", "fragments"),
    [
        ("yhta", ("yhta", "did you mean yhat")),
        ("dL/dyhta", ("yhta", "did you mean yhat")),
        ("dL/dW9", ("W9", "W1")),
        ("z1[7]", ("z1[7]", "(3,)")),
        ("z1[0]", ("count from 1", "0")),
        ("z1 + 1", ("quantity",)),
        ("(", ("operand",)),
        ("", ("--only",)),
        ("\x1b[2J", ("\\x1b",)),
    ],
)
def test_only_something_unknown(quantity, fragments, capsys):
    ran = run(capsys, "solve", "--only", quantity, RELU)
    assert (ran.code, ran.out) == (2, "")
    assert all(fragment in ran.err for fragment in fragments), ran.err
    assert "\x1b" not in ran.err


def test_an_unknown_quantity_is_named_once(capsys):
    ran = run(capsys, "solve", "--only", "dL/dyhta", RELU)
    assert ran.err.count("dL/dyhta") == 1, ran.err


def test_elements(capsys):
    out = run(capsys, "solve", "-f", "plain", "--elements", "--only", "dL/dW3", RELU).out
    assert "dL/dW3[1] = dL/dyhat*z2[1] = 3.5*9 = 31.5" in out
    assert "dL/dW3[3] = dL/dyhat*z2[3] = 3.5*(-4) = -14" in out


@pytest.mark.parametrize("form", FORMATS)
def test_elements_in_every_format(form, capsys):
    assert run(capsys, "solve", "-f", form, "--elements", RELU).code == 0


def test_exact(capsys):
    out = run(capsys, "solve", "-f", "plain", "--exact", "--only", "L", RELU).out
    assert "L = 49/8" in out


def test_exact_in_the_numbers_put_in_too(capsys):
    out = run(capsys, "solve", "-f", "plain", "--exact", "--only", "L", RELU).out
    assert "L = (3/2 - 5)**2 / 2" in out


def test_decimals(capsys):
    out = run(capsys, "solve", "-f", "plain", "--decimals", "2", "--only", "dL/dp", LOSS).out
    # dL/dp of bce: -1/(3*0.5), 1/(3*0.75), -1/(3*0.8)
    assert "[-0.67, 0.44, -0.42]" in out


@pytest.mark.parametrize(
    "wrong",
    [("--exact", "--decimals", "3"), ("--decimals", "-1"), ("--decimals", "99"), ("--decimals=x",)],
)
def test_numbers_in_one_style_only(wrong, capsys):
    ran = run(capsys, "solve", *wrong, RELU)
    assert (ran.code, ran.out) == (2, "")
    assert "--decimals" in ran.err


def test_verify_agrees(capsys):
    ran = run(capsys, "solve", "--verify", RELU)
    assert ran.code == 0
    assert re.search(r"all \d+ gradients agree; largest relative difference \S+e-\d\d", ran.err)


def test_verify_exits_with_1_where_differences_disagree(small, capsys):
    # Even the finer step of 1e-7 crosses many periods, so the difference means nothing.
    with open(small, "w") as file:
        file.write("inputs: {x: 0.3}\nloss: sin(10000000000*x)\nfind: [dL/dx]\n")
    ran = run(capsys, "solve", "--verify", small)
    assert ran.code == 1
    assert ran.out
    assert "DISAGREE" in ran.err
    assert "dL/dx" in ran.err


def test_verify_without_a_gradient(small, capsys):
    with open(small, "w") as file:
        file.write("inputs: {x: 0.3}\nloss: x**2\n")
    ran = run(capsys, "solve", "--verify", small)
    assert ran.code == 0
    assert "no gradient" in ran.err


def test_output_to_a_file(small, tmp_path, capsys):
    (tmp_path / "out.txt").write_text("old")
    ran = run(capsys, "solve", "-f", "plain", small, "-o", "out.txt")
    assert ran == (0, "", "")
    written = (tmp_path / "out.txt").read_bytes().decode()
    assert written == run(capsys, "solve", "-f", "plain", small).out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.txt", "small.yaml"]
    assert (tmp_path / "out.txt").stat().st_mode & 0o600 == 0o600


def test_output_to_a_minus_is_stdout(small, capsys):
    assert run(capsys, "solve", small, "-o", "-") == run(capsys, "solve", small)


def test_a_bad_problem_leaves_the_old_file(small, tmp_path, capsys):
    (tmp_path / "out.txt").write_text("old")
    with open(small, "a") as file:
        file.write("lsos: 3\n")
    assert run(capsys, "solve", small, "-o", "out.txt").code == 2
    assert (tmp_path / "out.txt").read_text() == "old"


def test_a_full_disk_leaves_the_old_file(small, tmp_path, capsys, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    (tmp_path / "out.txt").write_text("old")
    monkeypatch.setattr(os, "replace", full)
    ran = run(capsys, "solve", small, "-o", "out.txt")
    assert (ran.code, ran.out) == (2, "")
    assert "out.txt" in ran.err
    assert "No space left" in ran.err
    assert (tmp_path / "out.txt").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.txt", "small.yaml"]


@pytest.mark.parametrize("target", ["none/out.txt", "small.yaml/out.txt", "folder"])
def test_output_where_nothing_can_be_written(target, small, tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    ran = run(capsys, "solve", small, "-o", target)
    assert (ran.code, ran.out) == (2, "")
    assert target in ran.err
    assert "cannot be written" in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "small.yaml"]
    assert not list((tmp_path / "folder").iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_output_to_a_folder_without_permission(small, tmp_path, capsys):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert run(capsys, "solve", small, "-o", "locked/out.txt").code == 2


def test_a_special_file_is_written_to_and_not_replaced(small, tmp_path, capsys):
    # As root, `-o /dev/null` must not put a regular file in the place of the device.
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDWR | os.O_NONBLOCK)
    try:
        assert run(capsys, "solve", "-f", "plain", small, "-o", "pipe").code == 0
        assert (tmp_path / "pipe").is_fifo()
        assert b"A square" in os.read(reader, 65536)
    finally:
        os.close(reader)


def test_a_link_is_followed(small, tmp_path, capsys):
    (tmp_path / "real.txt").write_text("old")
    os.symlink("real.txt", "link.txt")
    assert run(capsys, "solve", "-f", "plain", small, "-o", "link.txt").code == 0
    assert (tmp_path / "link.txt").is_symlink()
    assert "A square" in (tmp_path / "real.txt").read_text()


def test_standard_input(small, capsys, monkeypatch):
    stdin(monkeypatch, SMALL)
    ran = run(capsys, "solve", "-f", "plain", "-")
    assert ran == run(capsys, "solve", "-f", "plain", small)


def test_a_bad_problem_from_standard_input(capsys, monkeypatch):
    stdin(monkeypatch, SMALL + "lsos: 3\n")
    ran = run(capsys, "solve", "-")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("<stdin>:7:1: ")
    assert "did you mean loss" in ran.err


def test_several_problems(small, capsys):
    ran = run(capsys, "solve", "-f", "plain", small, RELU)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.index("A square") < ran.out.index("Three-layer")
    several = json.loads(run(capsys, "solve", "-f", "json", small, RELU).out)
    assert [one["problem"] for one in several] == ["small", "three-layer-relu"]


@pytest.mark.parametrize("form", ["plain", "json"])
def test_one_bad_problem_of_two(form, small, capsys):
    ran = run(capsys, "solve", "-f", form, "missing.yaml", RELU)
    assert ran.code == 2
    assert "Three-layer" in ran.out
    assert ran.err.startswith("missing.yaml: ")
    if form == "json":
        assert [one["problem"] for one in json.loads(ran.out)] == ["three-layer-relu"]


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(flag, capsys):
    ran = run(capsys, flag)
    assert (ran.code, ran.err) == (0, "")
    assert "solve" in ran.out
    ran = run(capsys, "solve", flag)
    assert (ran.code, ran.err) == (0, "")
    for option in ("--only", "--elements", "--exact", "--decimals", "--verify", "-o", "--format"):
        assert option in ran.out


def test_help_shows_its_examples_on_lines_of_their_own(capsys):
    lines = [line.strip() for line in run(capsys, "solve", "-h").out.splitlines()]
    assert "backprop solve problem.yaml" in lines
    assert "backprop solve problem.yaml -f latex -o solution.tex" in lines
    assert not any("\\b" in line for line in lines)


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_version(flag, capsys):
    ran = run(capsys, flag)
    assert (ran.code, ran.err) == (0, "")
    assert __version__ in ran.out


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["sovle", RELU], ("sovle", "did you mean solve")),
        (["frobnicate"], ("frobnicate", "solve")),
        ([], ("Usage", "solve")),
        (["solve"], ("Usage", "PROBLEM")),
        (["--nope"], ("--nope",)),
        (["solve", "--onyl", "L", RELU], ("--onyl", "--only")),
        (["\x1b[2J"], ("no command",)),
    ],
)
def test_usage_errors(arguments, fragments, capsys):
    ran = run(capsys, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert all(fragment in ran.err for fragment in fragments), ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("name", ["parameters", "operations", "macs"])
def test_a_value_with_the_name_of_a_count_is_refused_or_keeps_its_value(name, small, capsys):
    with open(small, "w") as file:
        file.write(f"inputs: {{{name}: 3}}\nloss: {name}**2\n")
    ran = run(capsys, "solve", "-f", "plain", small)
    assert ran.code == 2 or "= 3**2\n" in ran.out, ran.out


def test_interrupted(capsys, monkeypatch):
    def stop(_path):
        raise KeyboardInterrupt

    monkeypatch.setattr("backpropcli.problem.load_problem", stop)
    ran = run(capsys, "solve", RELU)
    assert (ran.code, ran.out) == (130, "")


def test_an_internal_error(capsys, monkeypatch):
    def fail(_path):
        raise KeyError("##[error]\n::error::\x1b[2J")

    monkeypatch.setattr("backpropcli.problem.load_problem", fail)
    monkeypatch.delenv("BACKPROP_DEBUG", raising=False)
    ran = run(capsys, "solve", RELU)
    assert (ran.code, ran.out) == (4, "")
    assert "Traceback" not in ran.err
    assert "report" in ran.err
    assert "\x1b" not in ran.err
    assert "##[" not in ran.err
