// The real program: served on a free port, or run to its end. Nothing of a page is known here.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const program = process.env.DUBAN_BIN ?? join(here, '../target/debug/duban');

const READY_MS_MAX = 120_000;
const STOP_MS_MAX = 5_000;

/** Environment of the person who runs the tests must not name another city. */
export const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^DUBAN_(?!BIN|CHROMIUM|E2E)/.test(name)));

/** An empty folder that `drop` removes. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'duban-e2e-'));
  return { path, drop: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs the program to its end. `input` is what it reads from standard input. */
export function duban(words, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'pipe', env: environment });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (out[name] += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...out }));
    // A program that asks nothing may be gone before its input is closed.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/**
 * Starts a server and waits for its `ready` line. Gives its address, `stop` (as an operator does)
 * and `kill` (as a power cut does).
 */
export async function serve(words) {
  const child = spawn(program, [...words, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > 200) log.shift();
  });
  const kill = () => end(child, 'SIGKILL');
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  child.once('exit', () => process.off('exit', atExit));
  try {
    return { url: await readyLine(child, log), kill, stop: () => end(child, 'SIGTERM'), log };
  } catch (error) {
    await kill();
    throw error;
  }
}

/**
 * `duban demo` on a data folder of its own, which goes with it. Telling the past of the demo city takes
 * long, so a run of all journeys tells it once (`template.mjs`) and each file begins with a copy.
 */
export async function serveDemo() {
  const data = folder();
  try {
    if (process.env.DUBAN_E2E_CITY) cpSync(process.env.DUBAN_E2E_CITY, data.path, { recursive: true });
    const served = await serve(['demo', '--data', data.path]);
    return { ...served, data: data.path, stop: () => served.stop().finally(data.drop) };
  } catch (error) {
    data.drop();
    throw error;
  }
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  child.kill(signal);
  await ended;
  clearTimeout(timer);
}

function readyLine(child, log) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`duban ${why}; the end of its log:\n${log.join('\n')}`));
    const timer = setTimeout(() => fail(`was not ready after ${READY_MS_MAX / 1000} s`), READY_MS_MAX);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code) => fail(`ended with ${code} before it was ready`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('ready ')) return;
      clearTimeout(timer);
      resolve(line.slice('ready '.length).trim());
    });
  });
}
