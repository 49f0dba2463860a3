// The stage of every journey: the real program with the demo city, and the system's Chromium.
//
// Deliberately not here: selectors of single pages (they belong to the journey that uses them) and
// any fake. What a journey sees is what a city gets.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { serveDemo } from './program.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Two journeys share two cores, so a page may take its time; one that never comes fails here. */
const WAIT_MS_MAX = 15_000;

/** How many places a report of axe names for one rule; the rest is the same again. */
const NODES_MAX = 5;

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

/** A served city and a browser for all tests of the calling file; both end with them. */
export function withCity(city = serveDemo) {
  const stage = {};
  before(async () => Object.assign(stage, await openStage(city)));
  after(() => stage.close?.());
  return stage;
}

/** Starts both; instead of a way to serve a city, an address may name one that is served already. */
export async function openStage(serving = serveDemo) {
  const city = typeof serving === 'string' ? { url: serving, stop: async () => {} } : await serving();
  let browser;
  try {
    browser = await launch();
  } catch (error) {
    await city.stop();
    throw error;
  }
  return {
    ...city,
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
    isMobile: touch,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  page.home = baseURL;
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // The browser writes every answer above 399 there, and a form that comes back with 422 is no fault.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.complaints.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) page.complaints.push(`${response.status()}: ${response.url()}`);
  });
  return page;
}

/** Another tab of the same person: the cookies of `page`, and its complaints apart. */
export async function tab(page) {
  const other = await page.context().newPage();
  other.home = page.home;
  other.complaints = [];
  other.on('pageerror', (error) => other.complaints.push(`script: ${error.message}`));
  return other;
}

/** Sessions of this process by city and login, so that each of the demo's people signs in once. */
const sessions = new Map();

/**
 * Signs in as one of the demo's people and goes to `to`. The door itself, which is a page with a small form for
 * each, is proved by `roles.test.mjs`; everybody else gets the key that the form would have given.
 */
export async function login(page, who, to = '/desk') {
  await enter(page, who);
  await page.goto(to);
}

/** The same by the form of the login page, in mode of a demo: as a person does it, with script and without. */
export async function throughDoor(page, who, to = '/desk') {
  await page.goto(to); // nobody is signed in yet, so this ends on the login page
  const door = page.url();
  const demo = page.locator('.demo form');
  const button = demo.filter({ has: page.locator(`[value="${who}"]`) }).locator('button');
  if ((await button.count()) === 0) {
    const offered = await demo.locator('[name="demo"]').evaluateAll((all) => all.map((one) => one.value));
    throw new Error(`${door} offers no "${who}"; it offers: ${offered.join(', ') || 'nobody'}`);
  }
  await button.first().click();
  await page.waitForURL((url) => url.href !== door);
}

/** Gives the window of `page` the session of one of the demo's people, and goes nowhere. */
export async function enter(page, who) {
  const key = `${page.home} ${who}`;
  if (!sessions.has(key)) sessions.set(key, await session(page.home, who));
  await page.context().addCookies([{ name: 'duban_session', value: sessions.get(key), url: page.home, httpOnly: true, sameSite: 'Lax' }]);
}

/** What the form of the login page for one of the demo's people gives: the value of a cookie. */
async function session(home, who) {
  const answer = await fetch(new URL('/desk/login', home), { method: 'POST', redirect: 'manual', body: new URLSearchParams({ demo: who, to: '/desk' }) });
  const value = /duban_session=([^;]+)/.exec(answer.headers.getSetCookie().join('\n'))?.[1];
  if (!value) throw new Error(`the login page has no door for "${who}" (${answer.status})`);
  return value;
}

/** Signs in with a login and a password, as in a real city. */
export async function signIn(page, name, password) {
  await page.goto('/desk');
  const door = page.url();
  await page.fill('#login', name);
  await page.fill('#password', password);
  await page.locator('.login form button').click();
  await page.waitForURL((url) => url.href !== door);
}

/** Everything that is asked of a page, unless a caller asks for less. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Fails with readable text when axe finds a violation. `only` narrows what is asked: `rules` by name, and `within`
 * to what a selector finds. The window is as tall as the page meanwhile: then what is sticky stands where it
 * belongs, and covers no part of what one would scroll to.
 */
export async function axe(page, { rules, within } = {}) {
  const { width, height } = page.viewportSize();
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  if (whole > height) await page.setViewportSize({ width, height: whole });
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    ([context, runOnly]) => globalThis.axe.run(context ? { include: [...document.querySelectorAll(context)] } : document, { runOnly, resultTypes: ['violations'], iframes: false }),
    [within, rules ? { type: 'rule', values: rules } : TAGS],
  );
  if (whole > height) await page.setViewportSize({ width, height });
  if (violations.length === 0) return;
  const lines = violations.flatMap(({ id, impact, help, nodes }) => [
    `${id} (${impact}): ${help}`,
    ...nodes.slice(0, NODES_MAX).map((node) => `    ${node.target.join(' ')}  ${node.html.slice(0, 160)}  ${node.any[0]?.message ?? ''}`),
  ]);
  throw new Error(`axe finds fault with ${page.url()}:\n${lines.join('\n')}`);
}

/** Fails when the page logged an error, broke a script or got an answer of 500 or more. */
export function quiet(page) {
  if (page.complaints.length > 0) throw new Error(`the page complained:\n${page.complaints.join('\n')}`);
}

/** Fails when the page is wider than its window: nobody scrolls sideways on a phone. */
export async function fits(page) {
  // A phone widens its window to a wide page, so the width that was asked for is the measure.
  const window = page.viewportSize().width;
  const content = await page.evaluate(() => document.documentElement.scrollWidth);
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
  // The shell without windows is asked first: a page in it costs a third of what it costs in the whole browser.
  const known = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env.DUBAN_CHROMIUM ?? known.find((path) => existsSync(path));
  if (!executablePath) throw new Error('no Chromium; `cargo xtask test` installs it, DUBAN_CHROMIUM names another');
  return chromium.launch({ executablePath, args: FLAGS });
}
