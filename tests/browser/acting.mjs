// What people do while agents act: they read calls, approve, reject, edit, answer, look at files. See `scenarios.mjs`.

import assert from 'node:assert/strict';

import { begin, look, say, settled, tooWide, until, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const WISH = 'write a file notes.txt with the words hello there';

const card = page => page.locator('.card');
const inCard = (page, name) => card(page).getByRole('button', { name, exact: true });

/** Asks the guide to write the file, and waits until it may. */
async function wishForAFile(page) {
  await begin(page, 'builtin/guide', WISH);
  await card(page).waitFor();
}

const fileOf = page => card(page).locator('.bounded, code').allTextContents();

/** Opens the list of files and reads one. */
async function readFile(page, path) {
  await page.getByRole('button', { name: 'Files of this conversation' }).click();
  const panel = page.getByRole('dialog', { name: 'Files' });
  await panel.getByRole('button', { name: path, exact: true }).click();
  const text = await panel.getByRole('group', { name: path }).textContent();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  return text;
}

export async function edit_and_approve_a_file({ open }) {
  const page = await (await open()).newPage();
  await wishForAFile(page);
  assert.ok((await fileOf(page)).some(text => text.includes('hello there')));
  assert.ok((await fileOf(page)).some(text => text.includes('notes.txt')));
  await page.getByRole('button', { name: 'Waiting for you: 1' }).waitFor();
  assert.match(await page.locator('[aria-live=polite]').textContent(), /approval/);
  assert.deepEqual(await violations(page), []);

  // Enter where one writes never answers.
  await page.getByLabel('Your message').fill('yes');
  await page.keyboard.press('Enter');
  await page.getByLabel('Your message').fill('');
  await page.keyboard.press('Enter');
  assert.ok(await inCard(page, 'Approve').isEnabled());

  await page.reload();
  await card(page).waitFor();
  await inCard(page, 'Edit').click();
  await card(page).getByLabel('content').fill('hello you');
  await inCard(page, 'Approve as edited').press('Enter');
  await settled(page);
  await page.locator('.answer .acts').waitFor();
  await page.getByText('Approved, as edited').waitFor();
  assert.equal(await card(page).count(), 0);
  assert.equal((await readFile(page, 'notes.txt')).trim(), 'hello you');
  await page.getByRole('button', { name: /^Waiting for you/ }).waitFor({ state: 'detached' });

  await page.reload();
  await page.locator('.call[data-standing=done]').first().waitFor();
  assert.equal(await card(page).count(), 0);
}

export async function reject_with_words({ open }) {
  const page = await (await open()).newPage();
  await wishForAFile(page);
  await inCard(page, 'Reject…').click();
  await card(page).getByRole('textbox').fill('Not this one.');
  await inCard(page, 'Reject').click();
  await page.getByText('Rejected: Not this one.').waitFor();
  await settled(page);
  await page.locator('.call[data-standing=refused]').waitFor();
  await page.getByRole('button', { name: 'Files of this conversation' }).click();
  await page.getByText('There are no files in this conversation yet.').waitFor();
}

export async function answer_on_two_devices({ open }) {
  const context = await open();
  const [first, second] = [await context.newPage(), await context.newPage()];
  await wishForAFile(first);
  await second.goto(first.url());
  await card(second).waitFor();
  // Whoever is not looked at hears nothing, and answers what has been answered.
  await look(second, false);
  await inCard(first, 'Approve').click();
  await settled(first);
  await inCard(second, 'Reject…').click();
  await inCard(second, 'Reject').click();
  await second.locator('.problem').getByText('answered on another device').waitFor();
  await look(second, true);
  await card(second).waitFor({ state: 'detached' });
  await second.locator('.call[data-standing=done]').waitFor();
  assert.equal((await readFile(second, 'notes.txt')).trim(), 'hello there');
}

export async function allow_edits_beforehand({ open }) {
  const page = await (await open()).newPage();
  await page.goto('/');
  await page.getByLabel('What agents may do').selectOption('acceptEdits');
  await page.getByLabel('Model', { exact: true }).selectOption('builtin/guide');
  await say(page, WISH);
  await page.waitForURL('**/c/ses_*');
  await page.locator('.call[data-standing=done]').first().waitFor();
  await settled(page);
  assert.equal(await card(page).count(), 0);
  assert.equal((await readFile(page, 'notes.txt')).trim(), 'hello there');
  // The other way round, within a conversation.
  await page.getByLabel('What agents may do').selectOption('default');
  await page.waitForFunction(() => document.querySelector('select[data-mode=default]'));
  await say(page, WISH.replace('notes', 'more'));
  await card(page).waitFor();
  // Escape stops the answer, but not where somebody is deciding.
  await card(page).focus();
  await page.keyboard.press('Escape');
  await inCard(page, 'Approve').click();
  await settled(page);
  await page.locator('.call[data-standing=done]').nth(1).waitFor();
}

export async function find_what_waits_elsewhere({ open }) {
  const page = await (await open()).newPage();
  await wishForAFile(page);
  const address = page.url();
  await page.goto('/');
  await page.getByRole('button', { name: 'Waiting for you: 1' }).click();
  const panel = page.getByRole('dialog', { name: 'Waiting for you' });
  assert.deepEqual(await violations(page), []);
  await panel.getByRole('link').click();
  await page.waitForURL(address);
  await inCard(page, 'Approve').click();
  await settled(page);
  await page.getByRole('button', { name: /^Waiting for you/ }).waitFor({ state: 'detached' });
}

/** From the next load on, the page hears what `tell` says instead of the server's events, and keeps its answers. */
async function tellInstead(page) {
  await page.addInitScript(() => {
    const fetched = window.fetch;
    const said = (window.palaverSaid = []);
    window.fetch = (address, asking) => {
      if (String(address).endsWith('/events')) {
        const body = new ReadableStream({ start: stream => (window.palaverStream = stream) });
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
      }
      if (String(address).endsWith('/answers')) {
        said.push([String(address), JSON.parse(asking.body)]);
        return Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/json' } }));
      }
      return fetched(address, asking);
    };
  });
}

let number = 0;

const tell = (page, ...events) =>
  page.evaluate(
    ([told, from]) => {
      const about = { run_id: 'run_told', session_id: location.pathname.split('/').at(-1) };
      const text = told.map((event, place) => `data: ${JSON.stringify({ seq: from + place, ...about, ...event })}\n\n`);
      window.palaverStream.enqueue(new TextEncoder().encode(text.join('')));
    },
    [events, (number += events.length) - events.length + 1],
  );

/** A conversation that hears what it is told, and a run that has begun. */
async function told(page) {
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  await page.getByLabel('Your message').fill('Act, please');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('.answer .acts').waitFor();
  await tellInstead(page);
  await page.reload();
  await page.locator('.answer .acts').waitFor();
  await tell(
    page,
    { type: 'session', title: 'Acting', created: false },
    { type: 'run', user_message_id: null, message_id: 'msg_told', model: 'builtin/guide', provider: 'builtin' },
  );
}

const LONG = 'a_very_long_word_without_any_break_'.repeat(12);
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const call = (id, name, args) => ({ type: 'tool_call', call_id: id, name, arguments: args });
const result = (id, more) => ({
  type: 'tool_result',
  call_id: id,
  ok: true,
  content: '',
  duration_ms: 1234,
  truncated: false,
  ...more,
});
const below = event => ({
  type: 'subagent',
  parent_call_id: 'c5',
  child_run_id: 'run_child',
  child_session_id: 'ses_child',
  event: { run_id: 'run_child', session_id: 'ses_child', ...event },
});

const MUCH = [
  { type: 'reasoning', content: 'What first?' },
  { type: 'content', content: 'First I look.' },
  call('c1', 'Bash', { command: `ls ${LONG}` }),
  result('c1', { ok: false, content: LONG, truncated: true }),
  { type: 'hook', hook_event: 'PreToolUse', name: 'guard', ok: true, decision: 'allow', reason: 'fine' },
  call('c2', 'Edit', { path: 'a.txt', old_string: 'one\ntwo\nthree', new_string: 'one\n2\nthree' }),
  result('c2', {
    content: 'Changed.',
    parts: [
      { type: 'image', url: PIXEL },
      { type: 'file', path: 'out/a.txt', size: 9 },
    ],
  }),
  call('c3', 'TodoWrite', {
    todos: [
      { content: 'Look', status: 'completed' },
      { content: 'Change', status: 'in_progress' },
      { content: 'Tell', status: 'pending' },
    ],
  }),
  result('c3', { content: 'Noted.' }),
  { type: 'notice', code: 'mcp_unavailable', message: 'The server “shop” is not there.' },
  call('c4', 'mcp__shop__find', { query: 'pears' }),
  { type: 'tool_progress', call_id: 'c4', content: 'Searched 3 of 9 shelves' },
  call('c5', 'Task', { description: 'Count the words', prompt: 'Count them.' }),
  below({ type: 'content', seq: 3, content: 'I count.' }),
  below({ seq: 4, ...call('k1', 'Write', { path: 'count.txt', content: '7' }) }),
  below({
    type: 'approval',
    seq: 5,
    call_id: 'k1',
    name: 'Write',
    arguments: { path: 'count.txt', content: '7' },
    reason: 'It writes.',
    expires_at: null,
  }),
  { type: 'tool_call_delta', call_id: 'c6', name: 'Write', arguments_delta: '{"path": "b' },
  call('c7', 'AskUserQuestion', {}),
  {
    type: 'question',
    call_id: 'c7',
    expires_at: null,
    questions: [
      {
        header: 'Colour',
        question: 'Which colour?',
        options: [{ label: 'Red', description: 'Warm' }, { label: 'Green' }],
        multi: false,
      },
      { header: 'Fruit', question: 'Which fruit?', options: [{ label: 'Pear' }, { label: LONG }], multi: true },
      { header: '', question: 'Anything else?' },
    ],
  },
];

export async function see_everything_agents_do({ open }) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await (await open({ colorScheme, reducedMotion: 'reduce' })).newPage();
    await told(page);
    await tell(page, ...MUCH);
    await page.locator('.card').nth(1).waitFor();
    const standing = await page.locator('.call').evaluateAll(calls => calls.map(one => one.dataset.standing));
    assert.deepEqual(standing, ['failed', 'done', 'done', 'running', 'running', 'asking', 'writing', 'asking']);
    await page.locator('.call summary', { hasText: 'Edit' }).click();
    assert.equal(await page.locator('.diff .removed').textContent(), '- two\n');
    assert.equal(await page.locator('.diff .added').textContent(), '+ 2\n');
    await page.locator('.call summary', { hasText: 'Bash' }).click();
    await page.getByText('Searched 3 of 9 shelves').waitFor();
    assert.equal(await page.getByRole('link', { name: 'out/a.txt' }).getAttribute('download'), 'a.txt');
    await page.locator('.todos .in_progress').getByText('Change').waitFor();
    assert.deepEqual(await violations(page), []);
  }
}

export async function answer_cards_by_keyboard_alone({ open }) {
  const page = await (await open()).newPage();
  await told(page);
  await tell(page, ...MUCH);
  const questions = page.locator('.card', { hasText: 'You are asked' });
  await questions.getByRole('radio', { name: 'Green' }).focus();
  await page.keyboard.press('Space');
  await questions.getByRole('checkbox', { name: 'Pear' }).press('Space');
  await questions.getByRole('checkbox', { name: 'Other' }).press('Space');
  await page.keyboard.type('Plum');
  await questions.getByRole('textbox', { name: 'Anything else?' }).focus();
  await page.keyboard.type('No.');
  await questions.getByRole('button', { name: 'Answer', exact: true }).press('Enter');
  await questions.getByText('Sent.').waitFor();
  await tell(page, {
    type: 'question_answered',
    call_id: 'c7',
    answers: [['Green'], ['Pear', 'Plum'], ['No.']],
    by: 'person',
  });
  await questions.waitFor({ state: 'detached' });
  await page.getByText('Pear, Plum').waitFor();
  // Whoever answered by key goes on with what waits next, or where one writes.
  await page.waitForFunction(() => document.activeElement.className === 'card');
  await page.keyboard.press('Enter');
  const yes = page.locator('.card').getByRole('button', { name: 'Approve' });
  assert.ok(await yes.isEnabled());
  await yes.press('Enter');
  const said = await page.evaluate(() => window.palaverSaid);
  assert.deepEqual(said, [
    [
      '/api/v1/runs/run_told/answers',
      { call_id: 'c7', decision: 'answer', answers: [['Green'], ['Pear', 'Plum'], ['No.']] },
    ],
    ['/api/v1/runs/run_child/answers', { call_id: 'k1', decision: 'approve' }],
  ]);
}

export async function agents_on_a_small_phone({ open }) {
  const page = await (await open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })).newPage();
  await told(page);
  await tell(page, ...MUCH);
  await page.locator('.card').nth(1).waitFor();
  await page.locator('.call > details').evaluateAll(all => all.forEach(one => (one.open = true)));
  await page.locator('.inside').nth(6).waitFor();
  assert.deepEqual(await tooWide(page, 360), []);
  await page.locator('.card').first().getByRole('button', { name: 'Edit' }).click();
  assert.deepEqual(await tooWide(page, 360), []);
  await page.getByRole('button', { name: 'Files of this conversation' }).click();
  await page.getByRole('dialog', { name: 'Files' }).waitFor();
  assert.deepEqual(await tooWide(page, 360), []);
}

export async function choose_a_command({ open }) {
  const page = await (await open()).newPage();
  const items = ['review', 'release', 'plan'].map(name => ({ name, description: `What ${name} does` }));
  await page.route('**/api/v1/commands?*', route => route.fulfill({ json: { items, next_cursor: null } }));
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  await page.getByLabel('Your message').pressSequentially('/re');
  assert.deepEqual(await page.getByRole('option', { name: /^\// }).count(), 2);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.getByLabel('Your message').inputValue(), '/release ');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.type('today');
  await page.keyboard.press('Enter');
  await until(page, 'part 4');
  await page.locator('.bubble').getByText('/release today').waitFor();
}
