"""The same batches on a Dask cluster: a real scheduler and two real worker processes."""

import contextlib
import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
from grading_support import RIGHT, class_of, small_problem, wild

import backpropcli
from backpropcli.cli.main import run as command
from backpropcli.errors import BackpropError
from backpropcli.grading import cluster
from backpropcli.grading.collect import collect
from backpropcli.grading.exercises import load_exercises
from backpropcli.grading.judging import Setup, judge
from backpropcli.grading.run import Plan, grade
from backpropcli.grading.worker import Task

distributed = pytest.importorskip("distributed")
HERE = Path(__file__).parent


@contextlib.contextmanager
def cluster_of(workers):
    """A cluster as a process of its own; its address."""
    root = str(HERE.parents[1])
    host = subprocess.Popen(
        [sys.executable, str(HERE / "cluster_host.py"), str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([root, str(HERE)])},
        text=True,
    )
    try:
        yield json.loads(host.stdout.readline())["address"]
    finally:
        host.communicate(timeout=30)


@pytest.fixture(scope="module")
def address():
    with cluster_of(2) as found:
        yield found


def worker_pids(address):
    with distributed.Client(address, set_as_default=False) as client:
        return sorted(client.run(os.getpid).values())


def ran(name, *arguments):
    """The bytes of all outputs of the command, in a folder of that name."""
    out = Path(name)
    out.mkdir()
    code = command(
        ["grade", "class", "-p", "square.yaml", "--quiet", "-o", f"{out}/g.csv",
         "--report", f"json={out}/all.json", "--report", f"markdown={out}/s/",
         "--summary", f"json={out}/sum.json", *arguments]
    )  # fmt: skip
    assert code == 0
    return {str(f.relative_to(out)): f.read_bytes() for f in out.rglob("*") if f.is_file()}


def test_a_cluster_writes_the_same_bytes_as_this_machine(tmp_path, address, monkeypatch):
    small_problem(tmp_path)
    texts = (RIGHT, RIGHT.replace("4, dL/dw: 6", "2, dL/dw: 3"), "answers: [", "answers: {z: 7}\n")
    class_of(tmp_path / "class", **{f"s{n:02d}": texts[n % 4] for n in range(40)})
    monkeypatch.chdir(tmp_path)  # relative paths: the workers were started elsewhere
    here = ran("here", "--jobs", "2")
    assert len(here) == 43
    assert b'"ungradable"' in here["g.csv"]
    assert ran("there", "--cluster", address) == here
    # the processes that judged are gone, and the workers of the cluster are as they were
    assert left_on(address) == {(0, 0)}


def test_an_interrupted_run_leaves_nothing_on_the_workers(tmp_path, address):
    folder = class_of(tmp_path / "class", **{f"slow{n:02d}": RIGHT for n in range(16)})

    def interrupt(done, total):
        if 1 <= done < total:
            raise KeyboardInterrupt

    plan, problem = Plan(cluster=address, factory=wild, progress=interrupt), small_problem(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        grade(folder, problem, plan=plan)
    end = time.monotonic() + 20
    while left_on(address) != {(0, 0)}:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_batch_that_begins_after_its_run_was_given_up_leaves_nothing(tmp_path):
    """Dask takes batches back only after a while: one may begin when all is over."""
    folder = class_of(tmp_path / "class", s1=RIGHT)
    exercises = load_exercises([small_problem(tmp_path)]).exercises
    tasks = [Task(n, file) for n, file in enumerate(collect(str(folder)).files)]
    run = uuid.uuid4().hex
    order = cluster.Order(run, backpropcli.__version__, judge, Setup(str(folder), exercises))
    assert len(cluster.judge_batch(order, tasks).results) == 1
    assert run in cluster._idle
    cluster.forget(run)
    assert cluster.judge_batch(order, tasks) == cluster.Answer()
    assert run not in cluster._idle
    assert not multiprocessing.active_children()


def left_on(address):
    with distributed.Client(address, set_as_default=False) as client:
        return set(client.run(left_behind).values())


def left_behind():
    return len(cluster._idle), len(multiprocessing.active_children())


def test_a_bad_submission_harms_no_worker_of_the_cluster(tmp_path, address):
    names = ("a", "b", "m-crash", "m-bomb", "z")
    folder = class_of(tmp_path / "class", **dict.fromkeys(names, RIGHT))
    before = worker_pids(address)
    plan = Plan(cluster=address, factory=wild, memory=256)
    with grade(folder, small_problem(tmp_path), plan=plan) as grades:
        found = {one.student: (one.status, one.reason) for one in grades}
    assert set(before) <= set(worker_pids(address))
    assert found == {
        "a": ("graded", ""), "b": ("graded", ""), "z": ("graded", ""),
        "m-crash": ("error", "the process that judged it was ended by SIGSEGV"),
        "m-bomb": ("error", "took more than 256 MiB of memory"),
    }  # fmt: skip


def test_losing_a_worker_in_the_middle_loses_nothing(tmp_path, address):
    folder = class_of(tmp_path / "class", **{f"slow{n:02d}": RIGHT for n in range(16)})
    pids, killed = worker_pids(address), []

    def kill_one(done, total):
        if not killed and 2 <= done < total:
            os.kill(pids[0], signal.SIGKILL)
            killed.append(pids[0])

    plan = Plan(cluster=address, factory=wild, progress=kill_one)
    with grade(folder, small_problem(tmp_path), plan=plan) as grades:
        found = [(one.student, one.status, one.score) for one in grades]
    assert killed == pids[:1]
    assert found == [(f"slow{n:02d}", "graded", 4.0) for n in range(16)]
    assert pids[0] not in worker_pids(address)


def test_workers_that_do_not_see_the_folder_are_told(tmp_path, address, monkeypatch):
    import backpropcli.grading.cluster as module

    folder = class_of(tmp_path / "class", a=RIGHT)
    real, mounted = module.Cluster, tmp_path / "not-mounted"
    monkeypatch.setattr(
        module,
        "Cluster",
        lambda made, setup, to: real(made, setup._replace(folder=str(mounted)), to),
    )
    with pytest.raises(BackpropError, match=r"do not see /.*/not-mounted: .*a disk of them all"):
        grade(folder, small_problem(tmp_path), plan=Plan(cluster=address))


def test_workers_of_another_version_are_told(tmp_path, address, monkeypatch):
    folder = class_of(tmp_path / "class", a=RIGHT)
    monkeypatch.setattr("backpropcli.__version__", "9.9.9")
    with pytest.raises(BackpropError, match=r"have backprop \d.*, this is 9\.9\.9"):
        grade(folder, small_problem(tmp_path), plan=Plan(cluster=address))


def test_a_cluster_that_is_not_there_is_an_error_in_time(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("backpropcli.grading.cluster.PATIENCE", 1.0)
    class_of(tmp_path / "class", a=RIGHT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    call = ["grade", str(tmp_path / "class"), "-p", str(small_problem(tmp_path)), "--cluster"]
    for bad in (dead, "nonsense://x", "127.0.0.1"):
        begun = time.monotonic()
        assert command([*call, bad]) == 2
        said = capsys.readouterr()
        assert f"the cluster {bad} cannot be reached: " in said.err
        assert "such as tcp://host:8786" in said.err
        assert said.out == ""
        assert time.monotonic() - begun < 10
    assert command([*call, dead, "--jobs", "2"]) == 2
    assert "a --cluster has its own workers" in capsys.readouterr().err


def test_a_cluster_without_workers_is_an_error_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr("backpropcli.grading.cluster.PATIENCE", 1.0)
    folder = class_of(tmp_path / "class", a=RIGHT)
    with cluster_of(0) as empty, pytest.raises(BackpropError, match="has no workers"):
        grade(folder, small_problem(tmp_path), plan=Plan(cluster=empty))


def test_a_cluster_that_ends_in_the_middle_is_told_and_the_run_goes_on(tmp_path, monkeypatch):
    """What was judged before is in the journal, and this machine does the rest."""
    monkeypatch.setattr("backpropcli.grading.cluster.PATIENCE", 3.0)
    folder = class_of(tmp_path / "class", **{f"slow{n:02d}": RIGHT for n in range(8)})
    problem, journal = small_problem(tmp_path), tmp_path / "journal"
    enough, ended = threading.Event(), threading.Event()

    def wait_for_the_end(done, total):
        if 1 <= done < total:
            enough.set()
            ended.wait(30)

    plan = Plan(cluster="", factory=wild, journal=str(journal), progress=wait_for_the_end)
    with cluster_of(1) as short:
        killer = threading.Thread(target=enough.wait, args=(30,))
        killer.start()
        failed = []

        def graded():
            try:
                grade(folder, problem, plan=plan._replace(cluster=short))
            except Exception as error:
                failed.append(f"{type(error).__name__}: {error}")

        run = threading.Thread(target=graded)
        run.start()
        killer.join()
    ended.set()
    run.join(60)
    (said,) = failed
    assert re.match("BackpropError: the cluster .* was lost: the connection to it broke", said)
    assert "--resume" in said
    judged = journal.read_bytes().count(b"\n") - 1
    assert 1 <= judged < 8
    again = Plan(jobs=2, journal=str(journal), resume=True)
    with grade(folder, problem, plan=again) as grades:
        assert [one.status for one in grades] == ["graded"] * 8


def test_without_dask_the_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    class_of(tmp_path / "class", a=RIGHT)
    call = ["grade", str(tmp_path / "class"), "-p", str(small_problem(tmp_path))]
    assert command([*call, "--cluster", "tcp://127.0.0.1:8786"]) == 2
    assert "pip install 'backpropcli[cluster]'" in capsys.readouterr().err
