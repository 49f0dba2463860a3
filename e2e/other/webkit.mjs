// WebKit as GTK has it, asked over WebDriver; it knows no life without windows, so Xvfb gives it one.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** By this name an answer of WebDriver says that it is an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const READY_MS_MAX = 30_000;

export async function webkit() {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const children = [screen];
  const stop = () => children.toReversed().forEach((child) => child.kill('SIGTERM'));
  try {
    const display = await new Promise((resolve, reject) => {
      screen.once('error', reject);
      screen.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
      screen.stdio[3].once('data', (said) => resolve(`:${String(said).trim()}`));
    });
    const port = await freePort();
    // Containers have no rights to nest sandboxes, and there is no graphics card to ask.
    const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LANG: 'C.UTF-8', LANGUAGE: 'zh_CN', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
    children.push(spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env }));
    const ask = line(`http://127.0.0.1:${port}`);
    await ready(ask);
    // Full-screen without a window manager: the window is as wide as asked, and has no bars.
    const options = { binary: browser(), args: ['--automation', '--full-screen'] };
    const { sessionId } = await ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } });
    const session = (method, path, body) => ask(method, `/session/${sessionId}${path}`, body);
    return { ...driver(session), close: () => session('DELETE', '').finally(stop) };
  } catch (error) {
    stop();
    throw error;
  }
}

/** The little browser that comes with the library; its folder is named after machine and version. */
function browser() {
  const found = readdirSync('/usr/lib')
    .flatMap((machine) => ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((name) => join('/usr/lib', machine, name, 'MiniBrowser')))
    .find((path) => existsSync(path));
  if (!found) throw new Error('no MiniBrowser under /usr/lib; `cargo xtask test --browsers` installs it');
  return found;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function line(home) {
  return async (method, path, body) => {
    const answer = await fetch(home + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path.replace(/\/session\/[^/]+/, '')}: ${value.error}: ${value.message}`);
    return value;
  };
}

async function ready(ask) {
  for (const end = Date.now() + READY_MS_MAX; ; await pause(100)) {
    try {
      return await ask('GET', '/status');
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

function driver(session) {
  const element = async (selector) => `/element/${(await session('POST', '/element', { using: 'css selector', value: selector }))[ELEMENT]}`;
  const act = (actions) => session('POST', '/actions', { actions });
  return {
    name: 'WebKit',
    run: (script, args) => session('POST', '/execute/sync', { script, args }),
    go: (url) => session('POST', '/url', { url }),
    size: (width, height) => session('POST', '/window/rect', { width, height }),
    click: async (selector) => session('POST', `${await element(selector)}/click`, {}),
    press: (keys) => act([{ type: 'key', id: 'keys', actions: [...keys].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) }]),
    files: async (selector, files) => session('POST', `${await element(selector)}/value`, { text: files.join('\n') }),
    forget: () => session('DELETE', '/cookie'),
    picture: async () => Buffer.from(await session('GET', '/screenshot'), 'base64'),
  };
}
