// 7b. The power goes while eight systems hand in requests: after the restart every number that was given is there,
// and rows, counters and histories agree.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { duban, folder, serve } from './program.mjs';

const CLIENTS = 8;
/** Numbers to wait for before the power goes. */
const ENOUGH = 200;

test('a server that is killed under load has every acknowledged request when it is back', async () => {
  const place = folder();
  const data = join(place.path, 'city');
  const made = await duban(['key', 'add', '--data', data, '--city', 'zhuzhou', '--name', 'e2e']);
  assert.equal(made.code, 0, made.stderr);
  const key = made.stdout.trim();
  const words = ['serve', '--data', data, '--city', 'zhuzhou'];
  let server = await serve(words);
  try {
    const given = await loadUntilKilled(server, key);
    assert.ok(given.length >= ENOUGH, `${given.length} requests were acknowledged`);
    server = await serve(words);
    assert.deepEqual(await missing(server.url, given), []);
    await oneMore(server.url, key);
  } finally {
    await server.stop();
  }
  const checked = await duban(['check', '--data', data, '--json']);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  assert.deepEqual(JSON.parse(checked.stdout).faults, []);
  place.drop();
});

test('a city whose disk is lost comes back out of its archive', async () => {
  const place = folder();
  const [data, archive, anew] = ['city', 'archive', 'anew'].map((name) => join(place.path, name));
  const made = await duban(['key', 'add', '--data', data, '--city', 'zhuzhou', '--name', 'e2e']);
  assert.equal(made.code, 0, made.stderr);
  const key = made.stdout.trim();
  let server = await serve(['serve', '--data', data, '--city', 'zhuzhou', '--archive', archive]);
  try {
    const given = [];
    for (let i = 0; i < 20; i += 1) given.push(await handIn(server.url, key, `archived-${i}`));
    await reaches(archive, new Date());
    // Another program opens the same city and closes it again; it must not take the journal away with it.
    const listed = await duban(['key', 'list', '--data', data]);
    assert.equal(listed.code, 0, listed.stderr);
    assert.ok(existsSync(join(data, 'duban.db-wal')), 'the journal is the server\'s as long as it runs');
    for (let i = 0; i < 5; i += 1) given.push(await handIn(server.url, key, `later-${i}`));
    await reaches(archive, new Date());
    await server.kill();
    const restored = await duban(['restore', '--data', anew, archive]);
    assert.equal(restored.code, 0, restored.stderr);
    copyFileSync(join(data, 'duban.key'), join(anew, 'duban.key'));
    rmSync(data, { recursive: true });
    server = await serve(['serve', '--data', anew, '--city', 'zhuzhou']);
    assert.deepEqual(await missing(server.url, given), []);
    await oneMore(server.url, key);
  } finally {
    await server.stop();
  }
  const checked = await duban(['check', '--data', anew, '--json']);
  assert.deepEqual(JSON.parse(checked.stdout).faults, [], checked.stderr);
  const early = await duban(['restore', '--data', join(place.path, 'never'), '--at', '2020-01-01T00:00:00+08:00', archive]);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /does not reach back/);
  place.drop();
});

/** Waits until an archive can give back what was there at a moment. */
async function reaches(archive, moment) {
  for (;;) {
    const listed = await duban(['restore', '--list', '--data', archive, archive]);
    const [, to] = listed.stdout.match(/ to (\S+),/) ?? [];
    if (to && new Date(to) > moment) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Eight clients post as fast as they are answered; in the middle of it the server dies. */
async function loadUntilKilled(server, key) {
  const given = [];
  let dead = false;
  const client = async (name) => {
    for (let i = 0; !dead; i += 1) {
      try {
        const number = await handIn(server.url, key, `${name}-${i}`);
        given.push(number);
      } catch {
        return; // the line broke: nothing was acknowledged
      }
      if (given.length >= ENOUGH && !dead) {
        dead = true;
        void server.kill();
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(`client-${n}`)));
  await server.kill();
  return given;
}

async function handIn(url, key, name) {
  const body = new URLSearchParams({ api_key: key, service_code: 'utilities.aerial.tree', lat: '27.832', long: '113.137', description: `测试：${name}` });
  const answer = await fetch(new URL('/open311/v2/requests.json', url), { method: 'POST', body });
  assert.equal(answer.status, 201);
  const [{ service_request_id: number }] = await answer.json();
  assert.match(number, /^\d{12,16}$/);
  return number;
}

/** Numbers that were given and cannot be read any more. */
async function missing(url, given) {
  const lost = [];
  for (let i = 0; i < given.length; i += 100) {
    const some = given.slice(i, i + 100);
    const answer = await fetch(new URL(`/open311/v2/requests.json?service_request_id=${some.join(',')}`, url));
    const found = new Set((await answer.json()).map((one) => one.service_request_id));
    lost.push(...some.filter((number) => !found.has(number)));
  }
  return lost;
}

async function oneMore(url, key) {
  assert.match(await handIn(url, key, 'after'), /^\d{12,16}$/, 'and it goes on');
}
