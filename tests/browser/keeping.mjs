// What people let be kept beside conversations: projects with their instructions, facts about themselves. See `scenarios.mjs`.

import assert from 'node:assert/strict';

import { begin, chooseOf, close, openPanel, panel, settled, tooWide, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const SMALL = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

async function openProjectOf(page) {
  await chooseOf(page, 'More about this conversation', 'Project');
  await panel(page, 'Project of this conversation').getByLabel('No project').waitFor();
}

export async function group_conversations_in_a_project({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await begin(page, QUICK, 'How fast is a dhow?');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  await openPanel(page, 'Projects');
  await panel(page, 'Projects').getByText('There are no projects yet.').waitFor();
  await panel(page, 'Projects').getByRole('button', { name: 'New project' }).press('Enter');
  await page.keyboard.type('Boats');
  await panel(page, 'Projects').getByLabel('Instructions').fill('Speak as a sailor.');
  assert.deepEqual(await violations(page), []);
  await panel(page, 'Projects').getByRole('button', { name: 'Begin' }).press('Enter');
  await panel(page, 'Projects').getByRole('button', { name: 'Boats', exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement.textContent === 'New project');
  await close(page, 'Projects');

  await openProjectOf(page);
  await panel(page, 'Project of this conversation').getByLabel('Boats').check();
  await panel(page, 'Project of this conversation').getByText('Saved.').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.reload();
  await openProjectOf(page);
  assert.ok(await panel(page, 'Project of this conversation').getByLabel('Boats').isChecked());
  await close(page, 'Project of this conversation');

  // How much of care there is stands beside it: chosen with the keyboard, and what it needs a yes for.
  await chooseOf(page, 'More about this conversation', 'Care');
  const care = panel(page, 'Care in this conversation');
  await care.getByText('Whoever runs this server does not let it be switched off.').waitFor();
  assert.ok(await care.getByRole('radio', { name: /^Off/ }).isDisabled());
  await care.getByRole('radio', { name: /^Safety/ }).press('ArrowDown');
  await care.getByText('Saved. It counts from the next message on.').waitFor();
  await care.getByLabel('How you seem to feel is read from your messages').setChecked(true);
  assert.ok(await care.getByRole('radio', { name: /^Companion/ }).isChecked());
  assert.deepEqual(await violations(page), []);
  await care.getByRole('button', { name: 'Let it follow the server' }).press('Enter');
  await page.waitForFunction(() => document.activeElement.nextSibling?.textContent.startsWith('Safety'));
  await close(page, 'Care in this conversation');

  await openPanel(page, 'Projects');
  const boats = panel(page, 'Projects').getByRole('button', { name: 'Boats', exact: true });
  await boats.press('Enter');
  await panel(page, 'Projects').getByText('Speak as a sailor.').waitFor();
  await panel(page, 'Projects').getByRole('link', { name: 'How fast is a dhow?' }).waitFor();
  await panel(page, 'Projects').getByRole('button', { name: 'Edit Boats' }).press('Enter');
  await panel(page, 'Projects').getByLabel('Name').fill('Ships');
  await page.keyboard.press('Enter');
  await panel(page, 'Projects').getByRole('button', { name: 'Ships', exact: true }).waitFor();
  // The focus comes back a moment later, and would be taken from what is pressed next.
  await page.waitForFunction(() => document.activeElement.textContent === 'Ships');
  await panel(page, 'Projects').getByRole('button', { name: 'Delete Ships' }).press('Enter');
  await panel(page, 'Delete this project?').getByRole('button', { name: 'Delete' }).press('Enter');
  await panel(page, 'Projects').getByText('There are no projects yet.').waitFor();
  await close(page, 'Projects');
  // Its conversations remain, in none.
  await page.locator('.answer .acts').waitFor();
  await openProjectOf(page);
  assert.ok(await panel(page, 'Project of this conversation').getByLabel('No project').isChecked());
}

export async function projects_on_a_small_phone({ open }) {
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await openPanel(page, 'Projects');
  await panel(page, 'Projects').getByRole('button', { name: 'New project' }).click();
  await panel(page, 'Projects').getByLabel('Name').fill('A name that is much longer than the telephone is wide');
  await panel(page, 'Projects').getByRole('button', { name: 'Begin' }).click();
  await panel(page, 'Projects').locator('.entry').waitFor();
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}

const memory = page => panel(page, 'Memory');
const facts = page => memory(page).getByRole('list', { name: 'What is remembered' }).getByRole('listitem');

async function remember(page, text) {
  const before = await facts(page).count();
  await memory(page).getByLabel('Something to remember').fill(text);
  await memory(page).getByRole('button', { name: 'Remember' }).press('Enter');
  await facts(page).nth(before).waitFor();
}

export async function keep_facts({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await begin(page, QUICK, 'I have 14 goats.');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  const talk = page.url();
  await page.evaluate(async id => {
    const { items } = await (await fetch(`/api/v1/sessions/${id}/messages`)).json();
    await fetch('/api/v1/memories', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'There are 14 goats.', message_id: items[0].id }),
    });
  }, talk.split('/').at(-1));
  await page.goto('/');
  await openPanel(page, 'Memory');
  await memory(page).getByRole('link', { name: 'where it was said' }).press('Enter');
  await page.waitForURL(talk);

  await openPanel(page, 'Memory');
  await facts(page).first().waitFor();
  await remember(page, 'My dog is called Rex.');
  assert.deepEqual(await violations(page), []);
  await chooseOf(page, 'Actions for: My dog is called Rex.', 'Edit');
  await memory(page).getByLabel('The fact, to be changed').fill('My dog is called Max.');
  await memory(page).getByRole('button', { name: 'Save' }).press('Enter');
  await memory(page).getByText('My dog is called Max.').waitFor();
  await page.waitForFunction(() => document.activeElement.ariaLabel === 'Actions for: My dog is called Max.');
  await chooseOf(page, 'Actions for: My dog is called Max.', 'Always tell it');
  await memory(page).getByText('Always told').waitFor();
  await close(page, 'Memory');

  // What was always told is told, and the context says so.
  await chooseOf(page, 'More about this conversation', 'Context');
  await panel(page, 'What the model sees next').getByText('Memories').first().waitFor();
  await close(page, 'What the model sees next');
  await openPanel(page, 'Memory');
  await memory(page).getByLabel('Off').check();
  await page.reload();
  await openPanel(page, 'Memory');
  await facts(page).nth(1).waitFor();
  assert.ok(await memory(page).getByLabel('Off').isChecked());
  await memory(page).getByLabel('Told', { exact: false }).first().check();

  // Escape in a menu closes the menu, and not what it stands in.
  await page.getByRole('button', { name: 'Actions for: My dog is called Max.' }).press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem').first().waitFor({ state: 'detached' });
  await chooseOf(page, 'Actions for: My dog is called Max.', 'Forget');
  await memory(page).getByText('My dog is called Max.').waitFor({ state: 'detached' });
  await memory(page).getByRole('button', { name: 'Forget everything' }).press('Enter');
  await panel(page, 'Forget everything?').getByRole('button', { name: 'Forget' }).press('Enter');
  await memory(page).getByText('Nothing is remembered yet.').waitFor();
  await page.reload();
  await openPanel(page, 'Memory');
  await memory(page).getByText('Nothing is remembered yet.').waitFor();
}

export async function facts_on_a_small_phone({ open }) {
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await openPanel(page, 'Memory');
  await memory(page).getByText('Nothing is remembered yet.').waitFor();
  await remember(page, 'I read German better than English, and Swahili better than both of them by far.');
  // The same once more is refused, and said.
  await memory(page)
    .getByLabel('Something to remember')
    .fill('I read German better than English, and Swahili better than both of them by far.');
  await memory(page).getByRole('button', { name: 'Remember' }).click();
  await memory(page).getByRole('alert').waitFor();
  assert.equal(await facts(page).count(), 1);
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}
