// The stage of every journey: the real program with the demo city, and the system's Chromium.
//
// Deliberately not here: selectors of single pages (they belong to the journey that uses them) and
// any fake. What a journey sees is what a city gets.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const READY_MS_MAX = 120_000;
const STOP_MS_MAX = 5_000;

/** Nothing but loopback is ever asked, so the browser's own errands are switched off. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** A demo city and a browser for all tests of the calling file; both end with them. */
export function withCity() {
  const stage = {};
  before(async () => Object.assign(stage, await openStage()));
  after(() => stage.close?.());
  return stage;
}

/** Starts both; `url` may name a city that is served already. */
export async function openStage(url) {
  const city = url ? { url, stop: async () => {} } : await serveDemo();
  let browser;
  try {
    browser = await launch();
  } catch (error) {
    await city.stop();
    throw error;
  }
  return {
    url: city.url,
    browser,
    page: (options) => openPage(browser, city.url, options),
    close: async () => {
      await browser.close();
      await city.stop();
    },
  };
}

/**
 * A page in a context of its own. Options: `width` and `height`, `lang` ('zh-CN' or 'en'), `dark`,
 * `script` (false switches it off), `touch`. What the page complains about is kept in `page.complaints`.
 */
export async function openPage(browser, baseURL, options = {}) {
  const { width = 1440, height = 900, lang = 'zh-CN', dark = false, script = true, touch = false } = options;
  const context = await browser.newContext({
    baseURL,
    viewport: { width, height },
    locale: lang,
    timezoneId: 'Asia/Shanghai',
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: script,
    hasTouch: touch,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) page.complaints.push(`${response.status()}: ${response.url()}`);
  });
  return page;
}

/**
 * Signs in as one of the demo's people: the login page has a small form for each in demo mode, and
 * `who` is the value that form carries. It is a plain form, so this works without script too.
 */
export async function login(page, who) {
  await page.goto('/desk'); // nobody is signed in yet, so this ends on the login page
  const door = page.url();
  const demo = page.locator('.demo form');
  const button = demo.filter({ has: page.locator(`[value="${who}"]`) }).locator('button');
  if ((await button.count()) === 0) {
    const offered = await demo.locator('[value]').evaluateAll((all) => all.map((one) => one.value));
    throw new Error(`${door} offers no "${who}"; it offers: ${offered.join(', ') || 'nobody'}`);
  }
  await button.first().click();
  await page.waitForURL((url) => url.href !== door);
}

/** Fails with readable text when axe finds a violation. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }),
  );
  if (violations.length === 0) return;
  const lines = violations.flatMap(({ id, impact, help, nodes }) => [
    `${id} (${impact}): ${help}`,
    ...nodes.map((node) => `    ${node.target.join(' ')}  ${node.html.slice(0, 160)}`),
  ]);
  throw new Error(`axe finds fault with ${page.url()}:\n${lines.join('\n')}`);
}

/** Fails when the page logged an error, broke a script or got an answer of 500 or more. */
export function quiet(page) {
  if (page.complaints.length > 0) throw new Error(`the page complained:\n${page.complaints.join('\n')}`);
}

/** Fails when the page is wider than its window: nobody scrolls sideways on a phone. */
export async function fits(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  if (content > window) throw new Error(`${page.url()} is ${content} px wide in a window of ${window} px`);
}

/** A picture of the whole page in e2e/out, for the eyes of whoever looks into a failure. */
export async function shot(page, name, folder = join(here, 'out')) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  return path;
}

async function launch() {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env.DUBAN_CHROMIUM ?? known.find((path) => existsSync(path));
  if (!executablePath) throw new Error('no Chromium; `cargo xtask test` installs it, DUBAN_CHROMIUM names another');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Starts `duban demo` on a free port and waits for its `ready` line. */
async function serveDemo() {
  const program = process.env.DUBAN_BIN ?? join(here, '../target/debug/duban');
  const data = mkdtempSync(join(tmpdir(), 'duban-e2e-'));
  const words = ['demo', '--listen', '127.0.0.1:0', '--data', data];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > 200) log.shift();
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);

  const stop = async () => {
    process.off('exit', killed);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const timer = setTimeout(killed, STOP_MS_MAX);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    rmSync(data, { recursive: true, force: true });
  };

  try {
    return { url: await readyLine(child, log), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyLine(child, log) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`duban demo ${why}; the end of its log:\n${log.join('\n')}`));
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
