// What people do with their account on the page, and administrators with everybody's. See `scenarios.mjs`.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { close, openPanel, panel, tooWide, violations } from './page.mjs';

const STILL = { reducedMotion: 'reduce' };
const SMALL = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark', ...STILL };
const EMAIL = 'keeper@example.org';
const FIRST = 'correct horse battery';
const SECOND = 'another horse altogether';

async function signIn(page, password) {
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByLabel('Your message').waitFor();
}

const part = (page, name) => panel(page, 'Account').getByRole('region', { name });
const devices = page => part(page, 'Where you are signed in').getByRole('listitem');

export async function look_after_an_account({ open }) {
  const here = await (await open({ ...STILL, fresh: true })).newPage();
  const there = await (await open({ ...STILL, fresh: true })).newPage();
  for (const page of [here, there]) {
    await page.goto('/');
    await signIn(page, FIRST);
  }
  await openPanel(here, 'Account');
  await devices(here).nth(1).waitFor();
  assert.deepEqual(await violations(here), []);
  const told = await devices(here).allTextContents();
  assert.ok(
    told.every(one => /^Chrome( \(here\))?127\.0\.0\.1/.test(one)),
    told.join(),
  );
  assert.equal(told.filter(one => one.includes('(here)')).length, 1);

  // What is agreed to is said and taken back, each alone.
  const care = part(here, 'Care').getByLabel('How you seem to feel is read from your messages');
  for (const agreed of [true, false]) {
    await care.setChecked(agreed);
    await here.waitForFunction(
      holds =>
        fetch('/api/v1/consents')
          .then(reply => reply.json())
          .then(({ items }) => items.filter(one => one.holds).length === (holds ? 2 : 1)),
      agreed,
    );
  }

  // A key is shown once, says what it may, is replaced and deleted.
  const keys = part(here, 'API keys');
  await keys.getByRole('button', { name: 'New key' }).press('Enter');
  await keys.getByLabel('Name').fill('laptop');
  await keys.getByLabel('Networks it may come from').fill('127.0.0.0/8');
  await keys.getByLabel('Everything that I may').click();
  await keys.getByLabel('sessions:read').click();
  assert.deepEqual(await violations(here), []);
  await keys.getByRole('button', { name: 'Make it' }).press('Enter');
  const shown = await keys.locator('.said-so').textContent();
  assert.match(shown, /^plv_/);
  const asked = (path, key) =>
    here.evaluate(
      ([at, text]) => fetch(at, { headers: { 'x-api-key': text } }).then(reply => reply.status),
      [path, key],
    );
  assert.equal(await asked('/api/v1/sessions', shown), 200);
  assert.equal(await asked('/api/v1/models', shown), 403);
  await keys.getByRole('button', { name: 'I have kept it' }).press('Enter');
  assert.equal(await keys.getByText(shown).count(), 0);
  const [key] = await keys.getByRole('listitem').allTextContents();
  assert.match(key, /laptopsessions:read · from 127\.0\.0\.0\/8 · until/);
  await keys.getByRole('button', { name: 'Actions for the key laptop' }).press('Enter');
  await here.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await here.getByRole('dialog', { name: 'Delete this key?' }).getByRole('button', { name: 'Delete' }).press('Enter');
  await keys.getByRole('listitem').waitFor({ state: 'detached' });
  assert.equal(await asked('/api/v1/sessions', shown), 401);

  // A wrong password is said and ends nothing; a new one ends the other sign-in.
  const password = part(here, 'Password');
  await password.getByRole('button', { name: 'Change it' }).press('Enter');
  await password.getByLabel('Your password').fill('not the password');
  await password.getByLabel('New password').fill(SECOND);
  await password.getByRole('button', { name: 'Set it' }).press('Enter');
  await password.getByRole('alert').waitFor();
  await password.getByLabel('Your password').fill(FIRST);
  await password.getByRole('button', { name: 'Set it' }).press('Enter');
  await password.getByText('The new password is set.').waitFor();
  await close(here, 'Account');
  await there.reload();
  await there.getByLabel('Email').waitFor();
  await signIn(there, SECOND);
  await openPanel(here, 'Account');
  await devices(here).nth(1).waitFor();
  await part(here, 'Where you are signed in').getByRole('button', { name: 'Sign out everywhere else' }).press('Enter');
  await devices(here).nth(1).waitFor({ state: 'detached' });
  await there.reload();
  await there.getByLabel('Email').waitFor();
  await close(here, 'Account');

  // What somebody began to write is not the next one's to see.
  await here.getByLabel('Your message').fill('a word for nobody else');
  await here.getByRole('button', { name: 'Sign out' }).click();
  await here.getByLabel('Email').waitFor();
  assert.deepEqual(await here.evaluate(() => Object.keys(localStorage)), []);
}

export async function account_on_a_small_phone({ open }) {
  const page = await (await open(SMALL)).newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await openPanel(page, 'Account');
  await devices(page).first().waitFor();
  await part(page, 'API keys').getByRole('button', { name: 'New key' }).press('Enter');
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}

export async function read_what_was_written_down({ open }) {
  const page = await (await open(STILL)).newPage();
  await page.goto('/');
  await openPanel(page, 'Audit log');
  const entries = panel(page, 'Audit log').getByRole('list', { name: 'Entries' }).getByRole('listitem');
  await entries.first().waitFor();
  assert.deepEqual(await violations(page), []);
  await panel(page, 'Audit log').getByLabel('Kind of act').fill('auth');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[aria-label=Entries] li')].every(one => one.textContent.startsWith('auth.')),
  );
  assert.ok((await entries.count()) > 0);
}

/** The code that an authenticator shows for this secret (RFC 6238), `steps` of half a minute from now. */
function codeOf(secret, steps = 0) {
  const bits = [...secret].map(letter =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits
    .join('')
    .match(/.{8}/g)
    .map(byte => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', Buffer.from(bytes)).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const door = page => page.locator('form.sign-in');

export async function come_by_an_invitation_with_a_second_factor({ open }) {
  const admin = await (await open(STILL)).newPage();
  await admin.goto('/');
  await openPanel(admin, 'Users');
  const users = panel(admin, 'Users');
  await users.getByRole('list', { name: 'Users' }).getByRole('listitem').first().waitFor();
  await users.getByLabel('Role of whoever comes').selectOption('member');
  await users.getByRole('button', { name: 'Make a link' }).press('Enter');
  const link = await users.locator('.said-so').textContent();
  assert.deepEqual(await violations(admin), []);
  const secret = link.split('#register=')[1];

  // The secret leaves the address at once, and is sent in a body only.
  const page = await (await open({ ...STILL, fresh: true })).newPage();
  const asked = [];
  page.on('request', request => asked.push(request.url() + JSON.stringify(request.headers())));
  await page.goto(`/${new URL(link).hash}`);
  await door(page).getByText('You were invited').waitFor();
  assert.ok(!page.url().includes(secret));
  assert.deepEqual(await violations(page), []);
  await door(page).getByLabel('Name').fill('Grace');
  await door(page).getByLabel('Email').fill('grace@example.org');
  await door(page).getByLabel('New password').fill(FIRST);
  await page.keyboard.press('Enter');
  await page.getByLabel('Your message').waitFor();
  assert.ok(!asked.join().includes(secret));

  await openPanel(page, 'Account');
  const factor = part(page, 'Second factor');
  await factor.getByRole('button', { name: 'Set it up' }).press('Enter');
  await factor.getByLabel('Your password').fill(FIRST);
  await page.keyboard.press('Enter');
  await factor.getByRole('img', { name: 'The key for your authenticator' }).waitFor();
  assert.deepEqual(await violations(page), []);
  const key = await factor.locator('code').textContent();
  await factor.getByLabel('Code').fill('000000');
  await page.keyboard.press('Enter');
  await factor.getByRole('alert').waitFor();
  await factor.getByLabel('Code').fill(codeOf(key));
  await page.keyboard.press('Enter');
  const codes = (await factor.locator('.said-so').textContent()).split('\n');
  assert.equal(codes.length, 10);
  await factor.getByText('10 backup codes are left').waitFor();
  await close(page, 'Account');
  await page.getByRole('button', { name: 'Sign out' }).click();

  // A password alone is nobody; a wrong code says so; a backup code works once.
  const come = async () => {
    await door(page).getByLabel('Email').fill('grace@example.org');
    await door(page).getByLabel('Password').fill(FIRST);
    await page.keyboard.press('Enter');
    await door(page).getByLabel('Code').waitFor();
  };
  const give = async code => {
    await door(page).getByLabel('Code').fill(code);
    await page.keyboard.press('Enter');
  };
  await come();
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.evaluate(() => fetch('/api/v1/auth/me').then(reply => reply.status)), 401);
  await give('not-a-code');
  await door(page).getByRole('alert').waitFor();
  await give(codes[0]);
  await page.getByLabel('Your message').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await come();
  await give(codes[0]);
  await door(page).getByRole('alert').waitFor();
  await give(codes[1]);
  await page.getByLabel('Your message').waitFor();

  // Whoever lost both is helped: the second factor is turned off, and a link lets them choose a password.
  await users.getByRole('button', { name: 'I have kept it' }).press('Enter');
  await users.getByLabel('Search users').fill('grace@');
  await admin.keyboard.press('Enter');
  const help = async deed => {
    await users.getByRole('button', { name: 'Actions for grace@example.org' }).press('Enter');
    await admin.getByRole('menuitem', { name: deed }).press('Enter');
  };
  await help('Turn off the second factor');
  await help('Link for a new password');
  const reset = await users.locator('.said-so').textContent();
  await page.goto('about:blank');
  await page.goto(`/${new URL(reset).hash}`);
  await door(page).getByLabel('New password').fill(SECOND);
  await page.keyboard.press('Enter');
  await page.getByText('The new password is set.').waitFor();
  await page.getByRole('button', { name: 'Sign in' }).press('Enter');
  await door(page).getByLabel('Email').fill('grace@example.org');
  await door(page).getByLabel('Password').fill(SECOND);
  await page.keyboard.press('Enter');
  await page.getByLabel('Your message').waitFor();

  // Who is disabled is out at once.
  await help('Disable');
  await users.getByText('Disabled').waitFor();
  await page.reload();
  await door(page).getByLabel('Email').waitFor();
}

export async function be_asked_for_a_second_factor_first({ open }) {
  const page = await (await open(STILL)).newPage();
  const body = JSON.stringify({ status: 403, code: 'second_factor_required', title: 'Set up a second factor first' });
  const refusing = route => route.fulfill({ status: 403, contentType: 'application/problem+json', body });
  const asked = /\/api\/v1\/(sessions|models|approvals|agents|commands)(\?|$)/;
  await page.route(asked, refusing);
  await page.goto('/');
  await page.getByText('Set one up to go on.').waitFor();
  await page.getByRole('button', { name: 'Set it up' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.unroute(asked, refusing);
  await page.getByRole('button', { name: 'Go on' }).press('Enter');
  await page.getByLabel('Your message').waitFor();
}
