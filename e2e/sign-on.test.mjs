// 25. The city's own sign-on, with a provider that others wrote: set up by the security administrator, one click to the
// desk, and nobody comes in whom no account names.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';

import { Provider } from 'oidc-provider';

import { axe, fits, login, quiet, withCity } from './harness.mjs';

const city = withCity();
let issuer;
let server;

/** The provider; it knows our address, so it begins when there is one. */
async function provide() {
  let provider;
  server = createServer((request, response) => provider.callback()(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'duban',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${city.url}/desk/sign-on/back`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    // Its own page asks for a login and takes any password.
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
    claims: { openid: ['sub', 'preferred_username'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
  });
}
after(() => server.close());

/** The pages of the provider: who one is, then whether this program may know it. */
async function there(page, name) {
  await page.waitForURL((url) => url.origin === issuer);
  await page.fill('[name=login]', name);
  await page.fill('[name=password]', 'any');
  await page.locator('[type=submit]').click();
  await page.locator('[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('[type=submit]').click();
  await page.waitForURL((url) => url.origin === city.url);
}

test('one click from the city\'s own sign-on to the desk, and nowhere for whom no account names', async () => {
  await provide();
  const security = await city.page();
  await login(security, 'security', '/desk/city/file?path=access.toml');
  const text = await security.locator('#text').inputValue();
  const rules = `${text}\n[sign_on]\nname = "单位账号登录"\nname_en = "City account"\nissuer = "${issuer}"\nclient = "duban"\nprivate = true\npasswords = false\n`;
  await security.fill('#text', rules);
  await security.getByRole('button', { name: '检查并保存' }).click();
  await security.waitForURL(/\/desk\/city(\?|$)/);
  await security.goto('/desk/accounts');
  await security.locator('.entry-rows li').filter({ hasText: 'operator' }).locator('a').first().click();
  await security.fill('#sign_on', 'zhang.city');
  await security.getByRole('button', { name: '存名字' }).click();
  await security.getByRole('status').getByText('已经生效').waitFor();
  await axe(security);

  const operator = await city.page({ width: 375, height: 812 });
  await operator.goto('/desk/calls');
  assert.equal(await operator.locator('#password').isVisible(), false, 'no password is asked for');
  await axe(operator);
  await fits(operator);
  await operator.getByRole('link', { name: '单位账号登录' }).click();
  await there(operator, 'zhang.city');
  // Somebody else touched the account: that is told first.
  await operator.waitForURL(/\/desk\/(me|calls)/);
  await operator.goto('/desk/calls');
  assert.equal(new URL(operator.url()).pathname, '/desk/calls');
  quiet(operator);

  const stranger = await city.page();
  await stranger.goto('/desk');
  await stranger.getByRole('link', { name: '单位账号登录' }).click();
  await there(stranger, 'nobody.city');
  await stranger.getByRole('alert').getByText('还没有给您开账号').waitFor();
  await stranger.goto('/desk/cases');
  assert.match(stranger.url(), /\/desk\/login/);
});
