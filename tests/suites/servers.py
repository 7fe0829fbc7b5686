# SPDX-License-Identifier: MIT
"""Work of servers under load: redis and nginx."""

import contextlib
import http.client
import os
import re
import socket

import alone
import suites
from at import digest, needs


@needs("redis-server", "redis-cli", "redis-benchmark")
def redis(at):
    server = at.path("redis")
    at.write(
        "redis.conf",
        f"port 0\nunixsocket {server}\ndir {at.place.work}\n"
        'enable-debug-command yes\nappendonly yes\nsave ""\ndaemonize no\n',
    )
    load = "".join(
        f"SET key:{n} {n * n}\nHSET hash:{n % 50} field{n} {n}\nZADD sorted {n % 77} member{n}\nSADD set {n % 500}\n"
        f"RPUSH list {n}\nXADD stream {n + 1}-1 n {n}\n"
        for n in range(5000)
    )
    load += "EVAL \"for i = 1, 1000 do redis.call('INCRBY', 'sum', i) end\" 0\nMULTI\nDEL key:1\nINCR key:2\nEXEC\n"

    def ask(*words, **options):
        return at.run("redis-cli", "-s", server, *words, **options)

    def up():
        at.until(lambda: ask("ping", status=None) == ["PONG"])

    with at.serving("redis-server", "redis.conf") as process:
        up()
        lines = ask("--pipe", input=load)
        tests = "set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,zadd,lrange_100,mset"
        shown = at.run("redis-benchmark", "-s", server, "-q", "-n", "4000", "-c", "20", "--threads", "2", "-t", tests)
        lines += [line for line in shown if "rror" in line]
        lines += ask("debug", "digest")
        lines += ask("bgrewriteaof")
        at.until(lambda: "aof_rewrite_in_progress:0" in ask("info", "persistence"))
        lines += [line for line in ask("info", "persistence") if "status" in line]
        lines += ask("bgsave")
        at.until(lambda: "rdb_bgsave_in_progress:0" in ask("info", "persistence"))
        lines += [line for line in ask("info", "persistence") if "status" in line]
        lines += ask("incr", "after")
        lines += ask("shutdown")
        lines.append(suites.ended(process.wait()))
    with at.serving("redis-server", "redis.conf") as process:
        up()
        lines += ask("debug", "digest")
        lines += ask("dbsize")
        lines += ask("shutdown")
        return [*lines, suites.ended(process.wait())]


@needs("nginx", "wrk")
def nginx(at):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    temporary = "".join(f"{name}_temp_path {name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    at.write(
        "nginx.conf",
        "daemon off;\nuser root;\nworker_processes 2;\npid nginx.pid;\nerror_log error.log warn;\n"
        "events { worker_connections 256; }\n"
        f"http {{\naccess_log off;\n{temporary}"
        f"server {{ listen 127.0.0.1:{port}; root files; location /threads/ {{ aio threads; alias files/; }}\n"
        "location /proxied/ { proxy_pass http://unix:behind:/; } }\n"
        "server { listen unix:behind; root files; } }\n",
    )
    os.mkdir(at.path("files"))
    at.write("files/small", "small\n")
    at.write("files/large", "large\n" * 100_000)
    command = "nginx", "-p", at.place.work, "-c", "nginx.conf", "-e", "error.log"

    def answers():
        for name in "small", "large", "threads/large", "proxied/large":
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
                connection.request("GET", "/" + name)
                answer = connection.getresponse()
                yield f"{name}: {answer.status} {digest(answer.read())}"

    def load(name):
        shown = at.run("wrk", "-t2", "-c8", "-d1s", f"http://127.0.0.1:{port}/{name}")
        requests = int(re.search(r"(\d+) requests in", "\n".join(shown))[1])
        return [f"{name}: {'some' if requests else 'no'} requests", *filter(re.compile("Non-2xx|errors").search, shown)]

    def workers():
        return {pid for pid, parent in alone.parents().items() if str(parent).encode() == at.read("nginx.pid").strip()}

    with at.serving(*command) as process:
        at.until(lambda: os.path.exists(at.path("nginx.pid")) and reachable(port))
        lines = [*answers(), *load("small"), *load("threads/large"), *load("proxied/small")]
        before = workers()
        lines += at.run(*command, "-s", "reload")
        at.until(lambda: not before & workers())
        lines += [*load("small"), *answers()]
        lines += at.run(*command, "-s", "quit")
        lines.append(suites.ended(process.wait()))
    log = [*at.read("error.log").decode().splitlines(), *at.served()]
    return [*lines, *(re.sub(r"^[^[]*(\[\w+\]) \d+#\d+: ", r"\1 ", line) for line in log)]


def reachable(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
