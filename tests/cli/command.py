# SPDX-License-Identifier: MIT
"""Runs the command scmp; used by every test here. meson names the executable in $SCMP."""

import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCMP = os.environ["SCMP"]


def scmp(*args, **options):
    """scmp's exit status, stdout and stderr; it may take a minute, not more."""
    options.setdefault("input", "")
    return subprocess.run([SCMP, *args], capture_output=True, text=True, timeout=60, **options)


def ruby(source, *args, **options):
    """The same for a script that is given as text; it is called script.rb."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "script.rb"), "w", encoding="utf-8") as file:
            file.write(source)
        return scmp("ruby", "script.rb", *args, cwd=folder, **options)
