// SPDX-License-Identifier: MIT
//
// Workers that share memory and wait for each other, and what else node does with threads.
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { execFile, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const { promisify } = require('node:util');
const zlib = require('node:zlib');

const WORKERS = 4;
const TURNS = 2000;

// Each in his turn adds one, and wakes the next.
function work({ number, shared }) {
  const [TURN, SUM] = [0, 1];
  const cells = new Int32Array(shared);
  for (let i = 0; i < TURNS; i++) {
    for (let turn; (turn = Atomics.load(cells, TURN)) % WORKERS !== number;) Atomics.wait(cells, TURN, turn);
    Atomics.add(cells, SUM, 1);
    Atomics.add(cells, TURN, 1);
    Atomics.notify(cells, TURN);
  }
  let hash = Buffer.from([number]);
  for (let i = 0; i < 20000; i++) hash = crypto.createHash('sha256').update(hash).digest();
  return hash.toString('hex');
}

async function workers() {
  const shared = new SharedArrayBuffer(8);
  const results = await Promise.all(Array.from({ length: WORKERS }, (_, number) => new Promise((resolve, reject) => {
    let result;
    new Worker(__filename, { workerData: { number, shared } })
      .on('message', (message) => { result = message; })
      .on('error', reject)
      .on('exit', (code) => resolve(`${number} ${code} ${result}`));
  })));
  console.log(results.join('\n'));
  console.log(`turns and sum ${new Int32Array(shared)}`);
  const endless = new Worker('for (;;);', { eval: true });
  await new Promise((resolve) => endless.on('online', resolve));
  console.log(`ended ${await endless.terminate()}`);
}

async function pool() {
  const keys = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(
    (n) => promisify(crypto.pbkdf2)(`${n}`, 'salt', 20000, 16, 'sha1')));
  console.log(keys.map((key) => key.toString('hex')).join(' '));
  const text = Buffer.alloc(1 << 20, 'text');
  const packed = await promisify(zlib.gzip)(text);
  console.log(`unpacked ${(await promisify(zlib.gunzip)(packed)).equals(text)}`);
  console.log((await dns.promises.lookup('127.0.0.1')).address);
}

async function files() {
  await fs.promises.mkdir('a/b/c', { recursive: true });
  await Promise.all(Array.from({ length: 100 }, (_, n) => fs.promises.writeFile(`a/b/${n}`, `${n}`)));
  console.log(`${(await fs.promises.readdir('a/b')).length} files`);
  await fs.promises.unlink('a/b/7');
  console.log(await fs.promises.unlink('a/b/7').catch((error) => error.code));
  await fs.promises.rm('a', { recursive: true });
}

async function children() {
  const outputs = await Promise.all([1, 2, 3, 4].map((n) => promisify(execFile)('sh', ['-c', `echo ${n}`])));
  console.log(outputs.map(({ stdout }) => stdout.trim()).join(' '));
  const child = spawn('sleep', ['60']);
  child.kill();
  console.log(await new Promise((resolve) => child.on('exit', (code, signal) => resolve(`${code} ${signal}`))));
  console.log(await promisify(execFile)('/nonexistent').catch((error) => error.code));
  let signals = 0;
  process.on('SIGUSR2', () => signals++);
  for (let i = 1; i <= 3; i++) {
    process.kill(process.pid, 'SIGUSR2');
    while (signals < i) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(`${signals} signals`);
}

async function server() {
  const server = http.createServer((request, response) => response.end(`to ${request.url}`));
  await new Promise((resolve) => server.listen('socket', resolve));
  const get = (path) => new Promise((resolve, reject) => {
    http.get({ socketPath: 'socket', path }, (response) => response.setEncoding('utf8').on('data', resolve))
      .on('error', reject);
  });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => get(`/${n}`)));
  console.log(answers.join(' '));
  server.close();
}

async function main() {
  await workers();
  await pool();
  await files();
  await children();
  await server();
}

if (isMainThread) main();
else parentPort.postMessage(work(workerData));
