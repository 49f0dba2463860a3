// Asks a server of the demonstration everything that the document of the API allows, and what it does not, with a
// property-based tester: `node api-check.mjs TESTER [MORE WORDS FOR IT]`. Begun by `cargo xtask api-check`.

import { spawn } from 'node:child_process';

import { serveDemo } from './program.mjs';

const [tester, ...more] = process.argv.slice(2);
if (!tester) {
  console.error('usage: node api-check.mjs TESTER [MORE WORDS FOR IT]');
  process.exit(2);
}

const served = await serveDemo();
let code = 1;
try {
  const key = await serviceKey(served.url);
  const words = ['run', `${served.url}/api/v1/openapi.json`, '--header', `Authorization: Bearer ${key}`];
  // What the document allows may still be refused: a version that others have changed, a unit that there is not. No schema says that.
  words.push('--exclude-checks', 'positive_data_acceptance');
  // A live stream never ends, so nothing can be said of its answer.
  words.push('--exclude-path', '/api/v1/events', '--request-timeout', '20', ...more);
  const child = spawn(tester, words, { stdio: 'inherit' });
  code = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
} finally {
  await served.stop();
}
process.exit(code);

/** A key that may do what a key may do, made by the security administrator as on the page. */
async function serviceKey(home) {
  const post = (path, fields, cookie = '') =>
    fetch(new URL(path, home), { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams(fields) });
  const door = await post('/desk/login', { demo: 'security', to: '/desk' });
  const session = door.headers.getSetCookie().find((line) => line.startsWith('duban_session='))?.split(';')[0];
  if (!session) throw new Error(`the security administrator could not sign in (${door.status})`);
  const page = await (await fetch(new URL('/desk/service-keys', home), { headers: { cookie: session } })).text();
  const nonce = /name="form" value="([^"]+)"/.exec(page)?.[1];
  const scopes = [...page.matchAll(/name="scopes" value="([^"]+)"/g)].map(([, scope]) => ['scopes', scope]);
  const made = await (await post('/desk/service-keys', [['form', nonce], ['name', '测试·接口检查'], ['days', '1'], ...scopes], session)).text();
  const key = /data-key>([^<]+)</.exec(made)?.[1];
  if (!key) throw new Error('no key was made');
  return key;
}
