// Servers that people let Palaver tell what happens. See `scenarios.mjs`.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { chooseOf, close, openPanel, panel, tooWide, violations } from './page.mjs';

const SMALL = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

/** A server that takes what it is told, or not, as `takes` says. */
async function receiving(deed) {
  const receiver = { takes: true, heard: [], url: '' };
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', piece => (body += piece));
    request.on('end', () => {
      receiver.heard.push(JSON.parse(body).type);
      answer.writeHead(receiver.takes ? 204 : 500).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  receiver.url = `http://127.0.0.1:${server.address().port}/hear`;
  try {
    await deed(receiver);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const hooks = page => panel(page, 'Webhooks');

async function make(page, url) {
  await hooks(page).getByRole('button', { name: 'New webhook' }).press('Enter');
  await hooks(page).getByLabel('Address').fill(url);
}

const newSession = page =>
  page.evaluate(() =>
    fetch('/api/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }),
  );

/** Looks at the log again and again, until it says so of the delivery that stands there. */
async function lookUntil(page, name, words) {
  const entry = hooks(page)
    .getByRole('list', { name: 'What it was told' })
    .getByRole('listitem')
    .filter({ hasText: name });
  const found = entry.filter({ hasText: words }).first();
  while (!(await found.isVisible())) {
    const again = page.waitForResponse(response => response.url().includes('/deliveries'));
    await hooks(page).getByRole('button', { name: 'Look again' }).press('Enter');
    await again;
  }
  return found;
}

export async function tell_a_server_of_ones_own({ open }) {
  await receiving(async receiver => {
    const page = await (await open({ reducedMotion: 'reduce' })).newPage();
    await page.goto('/');
    await openPanel(page, 'Webhooks');
    await hooks(page).getByText('There are no webhooks yet.').waitFor();
    await make(page, receiver.url);
    await hooks(page).getByLabel('Everything').uncheck();
    await hooks(page).getByLabel('session.created').check();
    assert.deepEqual(await violations(page), []);
    await hooks(page).getByRole('button', { name: 'Make it' }).press('Enter');
    await hooks(page).getByText('It is shown this once.').waitFor();
    assert.match(await hooks(page).locator('.said-so').textContent(), /^whsec_/);
    assert.deepEqual(await violations(page), []);
    await hooks(page).getByRole('button', { name: 'I have kept it' }).press('Enter');
    await hooks(page).getByText('It was told everything.').waitFor();

    await chooseOf(page, `Actions for: ${receiver.url}`, 'Send a test');
    await hooks(page).getByText('Test: It answered with status 204.').waitFor();
    assert.deepEqual(receiver.heard, ['webhook.test']);
    receiver.takes = false;
    await newSession(page);
    await hooks(page).getByRole('button', { name: receiver.url, exact: true }).press('Enter');
    const refused = await lookUntil(page, 'session.created', 'It answered with status 500.');
    await hooks(page).getByText('It has taken nothing since').waitFor();
    assert.deepEqual(await violations(page), []);
    await refused.getByRole('button', { name: 'Leave out' }).press('Enter');
    const leftOut = await lookUntil(page, 'session.created', 'left out');
    receiver.takes = true;
    await leftOut.getByRole('button', { name: 'Send again' }).press('Enter');
    await lookUntil(page, 'session.created', 'taken');

    await chooseOf(page, `Actions for: ${receiver.url}`, 'Disable');
    await hooks(page).getByText('Disabled.').waitFor();
    await close(page, 'Webhooks');
    await page.reload();
    await openPanel(page, 'Webhooks');
    await hooks(page).getByText('Disabled.').waitFor();
    await chooseOf(page, `Actions for: ${receiver.url}`, 'Enable');
    await hooks(page).getByText('It was told everything.').waitFor();
    assert.equal(await hooks(page).getByText('whsec_').count(), 0);
    await chooseOf(page, `Actions for: ${receiver.url}`, 'New secret');
    await hooks(page).getByText('It is shown this once.').waitFor();
    await chooseOf(page, `Actions for: ${receiver.url}`, 'Delete');
    await panel(page, 'Delete this webhook?').getByRole('button', { name: 'Delete' }).press('Enter');
    await hooks(page).getByText('There are no webhooks yet.').waitFor();
  });
}

export async function webhooks_on_a_small_phone({ open }) {
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await openPanel(page, 'Webhooks');
  await make(page, 'ftp://example.org/nothing-is-ever-told-to-such-an-address-however-long-it-may-be');
  await hooks(page).getByRole('button', { name: 'Make it' }).click();
  await hooks(page).getByRole('alert').waitFor();
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}
