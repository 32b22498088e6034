"""A standalone cluster of Spark on this machine, and Pythons for its executors that are not as they should be."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

JAVA = shutil.which("java") or (os.environ.get("JAVA_HOME") and "java")
LOOPBACK = "127.0.0.1"
_STARTED = re.compile(r"Successfully registered with master|I have been elected leader|ALIVE")
_LONGEST = 300  # seconds that the daemons may take to start on a busy machine


def free_port():
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return one.getsockname()[1]


@contextmanager
def cluster(folder, workers=2):
    """A master and some workers of one core each; its address."""
    import pyspark

    home, port, deploy = Path(pyspark.__file__).parent, free_port(), "org.apache.spark.deploy"
    address = f"spark://{LOOPBACK}:{port}"
    daemons = {"master": (f"{deploy}.master.Master", "--port", port)}
    for name in (f"worker{number}" for number in range(workers)):
        of_worker = ("--cores", 1, "--memory", "1g", "--work-dir", folder / name)
        daemons[name] = (f"{deploy}.worker.Worker", address, *of_worker)
    with ExitStack() as started:
        logs = [started.enter_context(_daemon(home, folder / f"{name}.log", *arguments)) for name, arguments in daemons.items()]  # fmt: skip
        until = time.monotonic() + _LONGEST
        while waiting := [
            log for log in logs if not _STARTED.search(log.read_text(errors="replace"))
        ]:
            if time.monotonic() > until:
                raise RuntimeError(
                    f"it did not start:\n{waiting[0].read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.2)
        yield address


@contextmanager
def _daemon(home, log, *arguments):
    own = {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_DAEMON_MEMORY": "192m",
        "SPARK_LOCAL_DIRS": str(log.parent),
        "SPARK_LOCAL_IP": LOOPBACK,
    }
    command = [home / "bin" / "spark-class", *map(str, arguments), "--host", LOOPBACK, "--webui-port", str(free_port())]  # fmt: skip
    with log.open("w") as file:
        daemon = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | own, cwd=log.parent)  # fmt: skip
    try:
        yield log
    finally:
        daemon.terminate()
        daemon.wait()


@contextmanager
def session(address, folder, **settings):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(address).appName("vintool")
    of_tests = {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.driver.memory": "512m",
        "spark.executor.memory": "512m",
        "spark.local.dir": str(folder),
        "spark.pyspark.python": sys.executable,
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.task.maxFailures": "2",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in (of_tests | settings).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    spark.sparkContext.pythonExec = sys.executable  # which Spark takes from the environment alone
    try:
        yield spark
    finally:
        spark.stop()


def other_python(folder, **files):
    """This Python, but for modules that it finds first: ``sitecustomize`` is loaded at its start."""
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')  # fmt: skip
    script.chmod(0o755)
    return str(script)


@contextmanager
def executors_run(spark, python):
    """Let the tasks that are made run in another Python."""
    before, spark.sparkContext.pythonExec = spark.sparkContext.pythonExec, python
    try:
        yield
    finally:
        spark.sparkContext.pythonExec = before


def dies_once(marker, task, whom):
    """A ``sitecustomize`` that kills a process when this task is first run: ``python`` or the ``executor`` above it."""
    pid = "os.getpid()" if whom == "python" else "int(open(f'/proc/{os.getppid()}/stat').read().split()[3])"  # fmt: skip
    return f"""
import os, signal
from vintool.spark import tasks
real = tasks.{task}
def {task}(*arguments):
    for number, batch in enumerate(real(*arguments)):
        yield batch
        try:
            os.close(os.open({str(marker)!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        os.kill({pid}, signal.SIGKILL)
{task}.__name__ = real.__name__
tasks.{task} = {task}
"""
