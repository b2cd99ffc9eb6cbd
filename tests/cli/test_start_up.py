"""Which libraries a command loads; what is not used must not cost time."""

import subprocess
import sys

import pytest
from cli_support import RELU, environment

SCRIPT = """
import sys
from backpropcli.cli.main import run as _run
code = _run(sys.argv[1:])
heavy = ("click", "numpy", "rich", "sympy", "yaml", "hypothesis", "asyncio", "multiprocessing")
print(code, *(name for name in heavy if name in sys.modules), file=sys.stderr)
"""


OWN = """
import sys
from backpropcli.cli.main import run
code = run(sys.argv[1:])
print(code, *(name for name in sys.modules if name.startswith("backpropcli")), file=sys.stderr)
"""
RIGHT = """answers:
  z1: [-1, 2, 3]
  h1: [0, 2, 3]
  z2: [9, 6, -4]
  yhat: 5
  L: 6.125
  dL/dW3: [31.5, 21, -14]
"""


def loaded(*arguments, script=SCRIPT):
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=20,
        check=True,
    )
    code, *names = ran.stderr.splitlines()[-1].split()
    return int(code), set(names)


def own(*arguments):
    """The modules of the package that a command loads."""
    return loaded(*arguments, script=OWN)[1]


def sheet(folder, text):
    path = folder / "a.yaml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("--version",)])
def test_help_and_version_load_next_to_nothing(arguments):
    assert loaded(*arguments) == (0, {"click"})


@pytest.mark.parametrize("command", ["solve", "check", "explain"])
def test_the_help_of_a_command_loads_no_mathematics(command):
    assert loaded(command, "--help") == (0, {"click"})


def test_an_unknown_command_loads_no_mathematics():
    assert loaded("sovle") == (2, {"click"})


@pytest.mark.parametrize("form", ["plain", "json", "markdown", "latex"])
def test_only_the_terminal_format_loads_rich(form):
    code, names = loaded("solve", "-f", form, RELU)
    assert code == 0
    assert not names & {"rich", "sympy", "asyncio", "multiprocessing"}


@pytest.mark.parametrize("form", ["plain", "json", "markdown", "table"])
def test_check_loads_rich_for_the_table_only_and_never_sympy(form, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("answers:\n  z1: [-1, 2, 3]\n  dL/dyhat: 7\n")
    code, names = loaded("check", "-f", form, "-p", RELU, str(path))
    assert code == 1
    assert ("rich" in names) == (form == "table")
    assert not names & {"sympy", "asyncio", "multiprocessing"}


def test_explain_loads_neither_rich_nor_sympy():
    code, names = loaded("explain")
    assert code == 0
    assert not names & {"rich", "sympy"}


def test_the_table_does_not_load_sympy():
    code, names = loaded("solve", RELU)
    assert code == 0
    assert "rich" in names
    assert "sympy" not in names


def test_verify_and_elements_do_not_load_sympy():
    code, names = loaded("solve", "-f", "plain", "--verify", "--elements", RELU)
    assert code == 0
    assert not names & {"sympy", "rich"}


def test_a_file_that_yaml_refuses_is_answered_without_mathematics(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("inputs: &a {x: *a}\n")
    code, names = loaded("solve", str(path))
    assert code == 2
    assert not names & {"sympy", "rich"}


def test_importing_the_package_loads_no_sympy_and_no_rich():
    script = "import sys, backpropcli; print(*(m for m in ('sympy', 'rich') if m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    assert ran.stdout.strip() == ""


DIAGNOSIS = {
    f"backpropcli.checking.{name}"
    for name in ("candidates", "account", "shown", "rule_roots", "slip_roots", "costs")
}
SELDOM = {
    f"backpropcli.checking.{name}"
    for name in ("open_formulas", "mending", "lines", "workings", "formulas", "formula_report")
}


def test_a_sheet_on_which_all_is_right_loads_nothing_about_mistakes(tmp_path):
    names = own("check", "-f", "plain", "--exit-zero", "-p", RELU, sheet(tmp_path, RIGHT))
    assert "backpropcli.checking.judge" in names
    assert not [name for name in names if name.startswith("backpropcli.mistakes")]
    assert not names & (DIAGNOSIS | SELDOM)


def test_a_plain_report_loads_nothing_that_packs_files(tmp_path):
    """What asks for the size of a terminal in the standard library knows every compression."""
    script = SCRIPT.replace('"click", ', '"shutil", "lzma", "bz2", ')
    right = sheet(tmp_path, RIGHT)
    for words in (("solve", "-f", "plain", RELU), ("check", "-f", "plain", "-p", RELU, right)):
        assert not loaded(*words, script=script)[1] & {"shutil", "lzma", "bz2"}


def test_a_wrong_number_loads_the_diagnosis_but_not_what_judges_formulas(tmp_path):
    wrong = sheet(tmp_path, RIGHT.replace("[31.5, 21, -14]", "[63, 42, -28]"))
    names = own("check", "-f", "plain", "--exit-zero", "-p", RELU, wrong)
    assert names >= DIAGNOSIS
    assert not names & SELDOM
    assert not [name for name in names if name.startswith("backpropcli.optimizers")]
