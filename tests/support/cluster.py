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
_LONGEST = 90  # seconds that a daemon may take to start on a busy machine


def free_port():
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return one.getsockname()[1]


@contextmanager
def _daemon(home, name, folder, *arguments):
    log = folder / f"{name}.log"
    environment = os.environ | {
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_DAEMON_MEMORY": "192m",
        "SPARK_LOCAL_DIRS": str(folder),
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [home / "bin" / "spark-class", *map(str, arguments)]
    with log.open("w") as file:
        daemon = subprocess.Popen(command, stdout=file, stderr=file, env=environment, cwd=folder)
    try:
        until = time.monotonic() + _LONGEST
        while not _STARTED.search(log.read_text(errors="replace")):
            if daemon.poll() is not None or time.monotonic() > until:
                raise RuntimeError(
                    f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.2)
        yield
    finally:
        daemon.terminate()
        daemon.wait()


@contextmanager
def cluster(folder, workers=2):
    """A master and some workers of one core each; its address."""
    import pyspark

    home, port = Path(pyspark.__file__).parent, free_port()
    address = f"spark://{LOOPBACK}:{port}"
    with ExitStack() as daemons:
        deploy = "org.apache.spark.deploy"
        master = (f"{deploy}.master.Master", "--host", LOOPBACK, "--port", port, "--webui-port", free_port())  # fmt: skip
        daemons.enter_context(_daemon(home, "master", folder, *master))
        for number in range(workers):
            work = folder / f"worker{number}"
            worker = (f"{deploy}.worker.Worker", address, "--cores", 1, "--memory", "1g", "--host", LOOPBACK, "--webui-port", free_port(), "--work-dir", work)  # fmt: skip
            daemons.enter_context(_daemon(home, work.name, folder, *worker))
        yield address


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
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in (of_tests | settings).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
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
