// Firefox without windows, asked over WebDriver BiDi on its own socket; nothing stands between.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Its own errands are switched off: nothing but loopback is asked. */
const QUIET = `user_pref('app.update.enabled', false);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
user_pref('services.settings.server', 'data:,');
user_pref('intl.accept_languages', 'zh-CN, zh');
user_pref('ui.prefersReducedMotion', 1);
`;

export async function firefox(program = process.env.DUBAN_FIREFOX ?? 'firefox-esr') {
  const profile = mkdtempSync(join(tmpdir(), 'duban-firefox-'));
  writeFileSync(join(profile, 'user.js'), QUIET);
  const words = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: profile } });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const ask = await line(await address(child));
    await ask('session.new', { capabilities: {} });
    const { contexts } = await ask('browsingContext.getTree', {});
    return { ...driver(ask, contexts[0].context), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function address(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Firefox ended with ${code} before it listened`)));
    createInterface({ input: child.stderr }).on('line', (said) => {
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
      if (found) resolve(`${found}/session`);
    });
  });
}

/** A function that sends one command and waits for its answer. */
async function line(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: () => reject(new Error(`no answer at ${url}`)) }));
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, result, error, message } = JSON.parse(data);
    const { resolve, reject, method } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(`${method}: ${error}: ${message}`));
    else resolve?.(result);
  };
  let last = 0;
  return (method, params) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject, method });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
}

function driver(ask, context) {
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await ask('script.evaluate', { expression, target: { context }, awaitPromise: true, resultOwnership: 'none' });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result;
  };
  const act = (actions) => ask('input.performActions', { context, actions });
  const node = async (selector) => {
    const { sharedId } = await evaluate(`document.querySelector(${JSON.stringify(selector)})`);
    if (!sharedId) throw new Error(`nothing is ${selector}`);
    return { sharedId };
  };
  return {
    name: 'Firefox',
    run: async (body, args) => {
      const { value } = await evaluate(`JSON.stringify((function () { ${body} })(...${JSON.stringify(args)})) ?? 'null'`);
      return JSON.parse(value);
    },
    go: (url) => ask('browsingContext.navigate', { context, url, wait: 'complete' }),
    size: (width, height) => ask('browsingContext.setViewport', { context, viewport: { width, height } }),
    click: async (selector) => {
      const origin = { type: 'element', element: await node(selector) };
      const actions = [{ type: 'pointerMove', x: 0, y: 0, origin }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
      await act([{ type: 'pointer', id: 'hand', actions }]);
    },
    press: (keys) => act([{ type: 'key', id: 'keys', actions: [...keys].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) }]),
    files: async (selector, files) => ask('input.setFiles', { context, element: await node(selector), files }),
    forget: () => ask('storage.deleteCookies', {}),
    picture: async () => Buffer.from((await ask('browsingContext.captureScreenshot', { context, origin: 'document' })).data, 'base64'),
  };
}
