// What people do when they go back in a conversation, or on beside it. See `scenarios.mjs`.

import assert from 'node:assert/strict';

import { begin, say, settled, tooWide, violations } from './page.mjs';

const WISH = 'write a file notes.txt with the words hello there';

/** A conversation in which the guide has written the file. */
async function withAFile(page) {
  await begin(page, 'builtin/guide', WISH);
  await page.locator('.card').getByRole('button', { name: 'Approve', exact: true }).click();
  await page.locator('.call[data-standing=done]').waitFor();
  await settled(page);
  await page.locator('.answer .acts').waitFor();
}

/** Says what to do with the first message, by its menu and by keyboard alone. */
async function choose(page, deed) {
  await page.getByRole('button', { name: 'More about this message' }).first().press('Enter');
  // The menu takes the focus itself, once it is drawn.
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name: deed }).press('Enter');
}

/** What the list of files says, once it is there. */
async function files(page) {
  await page.getByRole('button', { name: 'Files of this conversation' }).click();
  const panel = page.getByRole('dialog', { name: 'Files' });
  await panel.locator('.files, p.hint:not(:text("Loading…"))').first().waitFor();
  const text = await panel.textContent();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  return text;
}

const dialog = page => page.locator('dialog.rewind');
const press = (page, name) => dialog(page).locator('button:enabled').getByText(name, { exact: true }).press('Enter');

export async function rewind_messages_and_files({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await withAFile(page);
  await choose(page, 'Rewind to here');
  await dialog(page).getByText('Set aside: 2 messages').waitFor();
  await dialog(page).getByText('Removed: notes.txt').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.bubble').count(), 1);
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'More about this message');

  await choose(page, 'Rewind to here');
  await press(page, 'Rewind');
  await dialog(page).getByRole('heading', { name: 'Rewound' }).waitFor();
  await page.locator('.bubble').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  assert.match(await files(page), /There are no files/);
}

export async function take_a_rewind_back({ open }) {
  const page = await (await open()).newPage();
  await withAFile(page);
  await choose(page, 'Rewind to here');
  await press(page, 'Rewind');
  await page.locator('.bubble').waitFor({ state: 'detached' });
  await press(page, 'Undo');
  await dialog(page).getByText('Everything is as it was before.').waitFor();
  await page.locator('.bubble').getByText(WISH).waitFor();
  await press(page, 'Close');
  await dialog(page).waitFor({ state: 'detached' });
  assert.match(await files(page), /notes\.txt/);
}

export async function rewind_refused_while_it_waits({ open }) {
  const page = await (await open()).newPage();
  await begin(page, 'builtin/guide', WISH);
  await page.locator('.card').waitFor();
  await choose(page, 'Rewind to here');
  await press(page, 'Rewind');
  await dialog(page).getByRole('alert').waitFor();
  assert.equal(await page.locator('.bubble').count(), 1);
}

export async function fork_from_a_message({ open }) {
  const page = await (await open()).newPage();
  await withAFile(page);
  const before = page.url();
  await choose(page, 'Fork from here');
  await page.waitForURL(url => url.href !== before && url.pathname.startsWith('/c/ses_'));
  await page.locator('.bubble').getByText(WISH).waitFor();
  assert.equal(await page.locator('.answer').count(), 0);
  await page.goto(before);
  await page.locator('.answer .acts').waitFor();
}

export async function fork_from_an_answer({ open }) {
  const page = await (await open()).newPage();
  await begin(page, 'fake/fake-n5-d1', 'One question');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.locator('.answer').getByText('2/2').waitFor();
  await settled(page);
  const before = page.url();
  await page.getByRole('button', { name: 'More about this answer' }).press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name: 'Fork from here' }).press('Enter');
  await page.waitForURL(url => url.href !== before && url.pathname.startsWith('/c/ses_'));
  await page.locator('.answer .acts').waitFor();
  assert.deepEqual(await page.locator('.bubble').allTextContents(), ['One question']);
  // The fork shares what was chosen, and goes on from there by itself.
  await say(page, 'Going on in the fork');
  await page.locator('.answer .acts').nth(1).waitFor();
  await page.goto(before);
  await page.locator('.answer').getByText('2/2').waitFor();
  assert.equal(await page.getByText('Going on in the fork').locator('visible=true').count(), 0);
  await page.locator('.answer').getByRole('button', { name: 'Previous version' }).click();
  await page.locator('.answer').getByText('1/2').waitFor();
}

export async function rewind_on_a_small_phone({ open }) {
  const size = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
  const page = await (await open({ ...size, colorScheme: 'dark', reducedMotion: 'reduce' })).newPage();
  const desk = await (await open()).newPage();
  await withAFile(desk);
  await page.goto(desk.url());
  await page.locator('.answer .acts').waitFor();
  await choose(page, 'Rewind to here');
  await dialog(page).getByText('Removed: notes.txt').waitFor();
  assert.deepEqual(await tooWide(page, 360), []);
  const box = await dialog(page).boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360);
  assert.deepEqual(await violations(page), []);
}

const text = (name, content) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });

/** Drops a file on the place for it, as a file manager does. */
async function dropFile(page, { name, content }) {
  const dropped = await page.evaluateHandle(
    ([named, words]) => {
      const data = new DataTransfer();
      data.items.add(new File([words], named, { type: 'text/plain' }));
      return data;
    },
    [name, content],
  );
  await page.locator('.bring').dispatchEvent('dragover', { dataTransfer: dropped });
  await page.locator('.bring').dispatchEvent('drop', { dataTransfer: dropped });
}

export async function bring_and_delete_files({ open }) {
  const size = { viewport: { width: 360, height: 640 }, reducedMotion: 'reduce' };
  const page = await (await open(size)).newPage();
  await begin(page, 'fake/fake-n5-d1', 'Hello');
  await page.locator('.answer .acts').waitFor();
  await page.getByRole('button', { name: 'Files of this conversation' }).click();
  const panel = page.getByRole('dialog', { name: 'Files' });
  const file = name => panel.getByRole('button', { name, exact: true });
  await panel.locator('input[type=file]').setInputFiles([text('a b.txt', 'one'), text('c.txt', 'see')]);
  await file('a b.txt').waitFor();
  await file('c.txt').waitFor();

  // A name that is there is asked about.
  await dropFile(page, { name: 'a b.txt', content: 'two' });
  const asked = panel.getByRole('group', { name: 'A file a b.txt is there already' });
  await asked.waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await tooWide(page, 360), []);
  await asked.getByRole('button', { name: 'Keep both' }).press('Enter');
  await asked.waitFor({ state: 'detached' });
  await panel.locator('.file-row').nth(2).waitFor();
  await dropFile(page, { name: 'a b.txt', content: 'three' });
  await asked.getByRole('button', { name: 'Replace' }).press('Enter');
  await asked.waitFor({ state: 'detached' });
  await file('a b.txt').click();
  await panel.getByRole('group', { name: 'a b.txt', exact: true }).getByText('three').waitFor();

  await page.route('**/files/big.txt?*', route =>
    route.fulfill({ status: 413, json: { code: 'payload_too_large', detail: 'A file may have 10 bytes.' } }),
  );
  await dropFile(page, { name: 'big.txt', content: 'far too much' });
  await panel.getByRole('alert').getByText('A file may have 10 bytes.').waitFor();
  await panel.getByRole('button', { name: 'Dismiss' }).press('Enter');

  await panel.getByRole('button', { name: 'Delete c.txt' }).press('Enter');
  await page.getByRole('dialog', { name: 'Delete this file?' }).getByRole('button', { name: 'Delete' }).press('Enter');
  await file('c.txt').waitFor({ state: 'detached' });
  assert.equal(await panel.locator('.file-row').count(), 2);
}
