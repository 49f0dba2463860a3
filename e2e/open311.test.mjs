// 7a. Another system: discovery, services, handing in and reading, in JSON and XML, and what it hears when it errs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serveDemo } from './program.mjs';

const KEY = 'demo-open311-key';
const REQUEST = { api_key: KEY, service_code: 'utilities.aerial.tree', lat: '27.832', long: '113.137', description: '树枝压着电线，测试用的一条。', phone: '13900009911', first_name: '测试' };

let city;
before(async () => (city = await serveDemo()));
after(() => city?.stop());

const get = (path) => fetch(new URL(`/open311${path}`, city.url));
const json = async (path) => (await get(path)).json();
const post = (format, fields, headers = {}) =>
  fetch(new URL(`/open311/v2/requests.${format}`, city.url), { method: 'POST', body: new URLSearchParams(fields), headers });

test('discovery leads to the services, in both writings', async () => {
  const found = await json('/discovery.json');
  const [endpoint] = found.endpoints;
  assert.match(endpoint.url, /\/open311\/v2$/);
  assert.equal(endpoint.type, 'test');
  const xml = await (await get('/discovery.xml')).text();
  assert.match(xml, /^<\?xml.*<discovery>.*<endpoint>/s);
  const services = await json('/v2/services.json');
  assert.ok(services.some((one) => one.service_code === REQUEST.service_code));
  const definition = await json(`/v2/services/${REQUEST.service_code}.json`);
  assert.deepEqual(definition.attributes, []);
  assert.match(await (await get('/v2/services.xml')).text(), /<service_code>utilities\.aerial\.tree<\/service_code>/);
});

test('a request goes in by JSON and by XML and is read back, without its words and its person', async () => {
  const made = await post('json', REQUEST);
  assert.equal(made.status, 201);
  const [{ service_request_id: id }] = await made.json();
  assert.match(id, /^\d{12}$/);
  const [one] = await json(`/v2/requests/${id}.json`);
  assert.deepEqual([one.service_request_id, one.status, one.service_code], [id, 'open', REQUEST.service_code]);
  assert.ok(!JSON.stringify(one).includes('测试用的一条') && !JSON.stringify(one).includes('9911'));
  const xml = await post('xml', { ...REQUEST, description: '第二条，<标签> & 符号。' });
  assert.equal(xml.status, 201);
  const second = /<service_request_id>(\d+)</.exec(await xml.text())[1];
  const listed = await json('/v2/requests.json?status=open&page_size=50');
  assert.ok([id, second].every((number) => listed.some((row) => row.service_request_id === number)), 'both are in the list');
  assert.match(await (await get(`/v2/requests/${id}.xml`)).text(), new RegExp(`<service_requests><request><service_request_id>${id}<`));
  const [token] = await json(`/v2/tokens/${id}.json`);
  assert.equal(token.service_request_id, id);
});

test('what a category asks is answered, and a page of another site may do all this', async () => {
  const service = (await json('/v2/services.json?lang=en')).find((one) => one.service_code === 'utilities.lighting.dark');
  assert.equal(service.metadata, true);
  const { attributes } = await json('/v2/services/utilities.lighting.dark.json?lang=en');
  const extent = attributes.find((one) => one.datatype === 'singlevaluelist');
  const { description, ...silent } = REQUEST;
  const fields = { ...silent, service_code: service.service_code, [`attribute[${extent.code}]`]: extent.values[2].key };
  const made = await post('json', fields, { origin: 'https://app.example' });
  assert.equal(made.status, 201);
  assert.equal(made.headers.get('access-control-allow-origin'), '*');
  const [{ service_request_id: id }] = await made.json();
  const [one] = await json(`/v2/requests/${id}.json?extensions=true&lang=en`);
  assert.equal(one.attributes[0].value, extent.values[2].name);
  const asked = await fetch(new URL('/open311/v2/requests.json', city.url), { method: 'OPTIONS' });
  assert.equal(asked.status, 204);
});

test('updates are told and taken, each once', async () => {
  const [{ service_request_id: id }] = await (await post('json', REQUEST)).json();
  const told = await json(`/v2/servicerequestupdates.json?api_key=${KEY}`);
  assert.ok(told.some((one) => one.service_request_id === id && one.external_status_code === 'dispatched'));
  const report = { api_key: KEY, update_id: 'e2e-1', service_request_id: id, status: 'OPEN', updated_datetime: new Date().toISOString(), description: '又掉了一枝' };
  const send = () => fetch(new URL('/open311/v2/servicerequestupdates.json', city.url), { method: 'POST', body: new URLSearchParams(report) });
  for (const answer of [await send(), await send()]) {
    assert.deepEqual([answer.status, (await answer.json())[0].update_id], [201, 'e2e-1']);
  }
  assert.match(await (await get(`/v2/servicerequestupdates.xml?api_key=${KEY}`)).text(), /<request_update><update_id>/);
});

test('the same Idempotency-Key is the same request', async () => {
  const send = async () => (await (await post('json', REQUEST, { 'idempotency-key': 'e2e-1' })).json())[0].service_request_id;
  const [first, second, third] = [await send(), ...(await Promise.all([send(), send()]))];
  assert.deepEqual([second, third], [first, first]);
});

test('mistakes are named in the format that was asked for', async () => {
  const cases = [
    [{ ...REQUEST, api_key: '' }, 403, /api_key/],
    [{ ...REQUEST, api_key: 'wrong' }, 403, /api_key/],
    [{ ...REQUEST, service_code: '' }, 400, /service_code/],
    [{ ...REQUEST, service_code: 'no.such' }, 404, /service_code/],
    [{ ...REQUEST, service_code: 'market.goods.refund' }, 400, /attribute\[refund_shop\]/],
    [{ ...REQUEST, lat: '0', long: '0' }, 400, /lat/],
    [{ ...REQUEST, phone: '12' }, 400, /phone/],
    [{ ...REQUEST, jurisdiction_id: 'elsewhere' }, 404, /jurisdiction_id/],
  ];
  for (const [fields, status, words] of cases) {
    const answer = await post('json', fields);
    const body = await answer.json();
    assert.equal(answer.status, status, JSON.stringify(body));
    assert.equal(body[0].code, status);
    assert.match(body[0].description, words);
  }
  const xml = await post('xml', { ...REQUEST, api_key: '' });
  assert.match(await xml.text(), /<errors><error><code>403<\/code>/);
  assert.equal((await get('/v2/requests/261122000000.json')).status, 404);
  assert.equal((await get('/v2/requests.json?status=maybe')).status, 400);
  assert.equal((await get('/v2/requests.json?start_date=yesterday')).status, 400);
});
