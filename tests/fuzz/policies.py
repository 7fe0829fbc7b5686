# SPDX-License-Identifier: MIT
"""Policies with mistakes that nobody has thought of: never an unfiltered main, never a crash or a hang.

Real policies, and lines of the tests' own, are cut, doubled, mixed and sprinkled with odd
bytes and words. Each ends in one of three ways: status 125, a message, and no mark of the host;
a filtered host that has run; or a host that its own policy has killed.

usage: policies.py [SECONDS [SEED]]
"""

import concurrent.futures
import glob
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

LIBSCMP = os.environ["LIBSCMP"]
SOURCE = os.environ["SCMP_SOURCE"]
MARKER = os.path.join(os.environ["SCMP_HOSTS"], "marker")
WORKERS = os.cpu_count() or 1
PATIENCE = 20

WORDS = """allow kill kill_process kill_thread trap errno return log trace add_rule load reset default: why: log: limit:
    :uname :openat :write :mkdir :exit_group :brk :getpid :EPERM :ENOSYS Seccomp Seccomp.new Seccomp::ARG(:==,1)
    Seccomp::ARG(:=~,3,4) Seccomp.on_trap { } |rule| |n,c| do end nil true 0 1 -1 4095 1<<40 "x" 'y' [] {} ( ) , . ; \n
    c.return(7) c.errno(:EXDEV) c.kill c.string(c[0]) raise next return break 3.times puts ENV File.read("/dev/null") lambda
    __LINE__ super self catch(:a) throw(:a) begin rescue ensure while until Class.new Object.new 9999 0x7fffffffffffffff""".split(
    " "
)
ENDLESS = re.compile(rb"\b(loop|while|until|redo|retry|times|upto|step|cycle|each|map)\b|\*\*|<<|\*")

SPEAKING = re.compile(rb"\b(puts|p|print)\b")


def corpus():
    texts = []
    for path in glob.glob(os.path.join(SOURCE, "policies", "*.rb")):
        with open(path, "rb") as file:
            texts.append(file.read())
    for path in glob.glob(os.path.join(SOURCE, "tests", "live", "*.py")):
        with open(path, encoding="utf-8") as file:
            for text in re.findall(r'"(Seccomp\.new.*?)"', file.read()):
                texts.append(text.replace("\\n", "\n").encode())
    return texts


def mutate(draw, texts):
    text = draw.choice(texts)
    for _ in range(draw.randint(0, 6)):
        at, to = sorted(draw.randint(0, len(text)) for _ in range(2))
        how = draw.randrange(7)
        if how == 0:
            text = text[:at] + text[to:]
        elif how == 1:
            text = text[:at] + draw.choice(WORDS).encode() + b" " + text[at:]
        elif how == 2:
            text = text[:at] + bytes(draw.randrange(256) for _ in range(draw.randint(1, 3))) + text[at:]
        elif how == 3:
            text = text[:to] + text[at:]
        elif how == 4:
            other = draw.choice(texts)
            text = text[:at] + other[draw.randint(0, len(other)) :]
        elif how == 5:
            text = re.sub(rb"\b(true|false|\d+|:\w+)\b", lambda _: draw.choice(WORDS).encode(), text, count=1)
        else:
            lines = text.splitlines(True)
            draw.shuffle(lines)
            text = b"".join(lines)
    return text[:20000]


def judge(text, folder, name):
    """None, or what is wrong."""
    path, marks = os.path.join(folder, name + ".rb"), os.path.join(folder, name)
    os.mkdir(marks)
    with open(path, "wb") as file:
        file.write(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SECCOMP_")}
    environment.update(LC_ALL="C", LD_PRELOAD=LIBSCMP, SECCOMP_POLICY=path)
    try:
        result = subprocess.run(
            [MARKER, marks], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return None if ENDLESS.search(text) else "it hangs"
    left = sorted(os.listdir(marks))
    for mark in left:
        os.remove(os.path.join(marks, mark))
    os.rmdir(marks)
    os.remove(path)
    if result.returncode == 125:
        if left or result.stdout or not re.search(rb"^scmp: ", result.stderr, re.M):
            return f"125, but {left} {result.stdout} {result.stderr[:200]}"
        for line in result.stderr.splitlines():
            # What the policy itself has put there comes before the fault, and a line that is quoted behind it.
            if not line.startswith((b"scmp: ", b"    ")) and not SPEAKING.search(text):
                return f"a line without its prefix: {line[:200]}"
        return None
    if result.returncode == -signal.SIGSYS:
        return None
    if result.returncode < 0:
        return f"signal {-result.returncode}: {result.stderr[-300:]}"
    # Under a policy that leaves nothing, the host cannot say how it is.
    if result.stdout and b"seccomp 2 " not in result.stdout and b"seccomp -1 " not in result.stdout:
        return f"UNFILTERED: {result.stdout} {result.stderr[-300:]}"
    return None


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    texts, end = corpus(), time.monotonic() + seconds
    print(f"{len(texts)} policies to begin with, seed {seed}", flush=True)

    def work(worker):
        draw, n, wrong = random.Random(seed * 1000 + worker), 0, []
        with tempfile.TemporaryDirectory(prefix="scmp-fuzz-") as folder:
            while time.monotonic() < end and len(wrong) < 5:
                text = mutate(draw, texts)
                fault = judge(text, folder, str(n))
                n += 1
                if fault:
                    wrong.append((fault, text))
        return n, wrong

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(work, range(WORKERS)))
    for _, wrong in results:
        for fault, text in wrong:
            print(f"{fault}\n{text!r}\n")
    print(f"{sum(n for n, _ in results)} policies")
    sys.exit(1 if any(wrong for _, wrong in results) else 0)


if __name__ == "__main__":
    main()
