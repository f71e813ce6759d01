// What people do with their account on the page, and administrators with everybody's. See `scenarios.mjs`.

import assert from 'node:assert/strict';

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
