import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Verdict } from '@/core/acting';
import { Approval } from '@/features/runs/calls/Approval';
import { Questions } from '@/features/runs/calls/Questions';
import type { Reply } from '@/features/runs/hands';
import type { Ask } from '@/features/runs/view';

const ARGS = { path: 'notes.txt', content: 'hello there' };
const APPROVAL = { kind: 'approval', callId: 'c1', name: 'Write', args: ARGS, reason: 'It writes.', expiresAt: null };
const box = document.createElement('div');
let sent: [string, Verdict][] = [];
let reply: Reply = { kind: 'taken' };
const hands = {
  sessionId: 'ses_1',
  respond: async (runId: string, verdict: Verdict) => {
    sent.push([runId, verdict]);
    return reply;
  },
};

const show = (ask: Partial<Ask> = {}) =>
  act(() =>
    render(
      <Approval runId="run_1" ask={{ ...APPROVAL, ...ask } as Extract<Ask, { kind: 'approval' }>} hands={hands} />,
      box,
    ),
  );
const button = (says: string): HTMLButtonElement => {
  const found = [...box.querySelectorAll('button')].find(one => one.textContent === says);
  if (!found) throw new Error(`no button ${says}`);
  return found;
};
const click = (says: string) => act(async () => button(says).click());
const write = (area: Element | null, text: string) =>
  act(async () => {
    (area as HTMLTextAreaElement).value = text;
    area?.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });

beforeEach(() => {
  document.body.append(box);
  sent = [];
  reply = { kind: 'taken' };
});
afterEach(() => {
  act(() => render(null, box));
  vi.useRealTimers();
});

test('an approval shows all that would be executed, and a yes is sent once', async () => {
  await show();
  expect(box.textContent).toContain('notes.txt');
  expect(box.textContent).toContain('hello there');
  const yes = button('Approve');
  await act(async () => {
    yes.click();
    yes.click();
  });
  yes.click();
  expect(sent).toEqual([['run_1', { call_id: 'c1', decision: 'approve' }]]);
});

test('arguments that were edited are sent, those that were not are left out', async () => {
  await show();
  await click('Edit');
  await click('Back');
  await click('Edit');
  await write(box.querySelectorAll('.editing textarea')[0] ?? null, 'hello you');
  await click('Approve as edited');
  expect(sent[0]?.[1]).toEqual({ call_id: 'c1', decision: 'approve', arguments: { ...ARGS, content: 'hello you' } });
});

test('a look into the editor is not an edit', async () => {
  await show();
  await click('Edit');
  await click('Approve as edited');
  expect(sent[0]?.[1]).toEqual({ call_id: 'c1', decision: 'approve' });
});

test('what is no JSON object cannot be approved', async () => {
  await show({ args: { n: 1 } } as Partial<Ask>);
  await click('Edit');
  const area = box.querySelector('.editing textarea');
  await write(area, '{"n": ');
  expect(button('Approve as edited').disabled).toBe(true);
  expect(box.querySelector('[role=alert]')?.textContent).toMatch(/no JSON/);
  await write(area, '{"n": 2}');
  await click('Approve as edited');
  expect(sent[0]?.[1].arguments).toEqual({ n: 2 });
});

test('a no may say why', async () => {
  await show();
  await click('Reject…');
  await write(box.querySelector('.field textarea'), 'Use another name.');
  await click('Reject');
  expect(sent[0]?.[1]).toEqual({ call_id: 'c1', decision: 'reject', message: 'Use another name.' });
});

test('whoever was slower is told so, and has nothing left to press', async () => {
  reply = { kind: 'elsewhere' };
  await show();
  await click('Approve');
  expect(box.textContent).toContain('Answered on another device.');
  expect(box.querySelectorAll('.decide button')).toHaveLength(0);
});

test('an answer that did not arrive may be given again', async () => {
  reply = { kind: 'failed', says: 'Palaver cannot be reached.' };
  await show();
  await click('Approve');
  expect(box.querySelector('[role=alert]')?.textContent).toBe('Palaver cannot be reached.');
  reply = { kind: 'taken' };
  await click('Approve');
  expect(sent).toHaveLength(2);
});

test('what has expired cannot be approved any more', async () => {
  vi.useFakeTimers();
  await show({ expiresAt: new Date(Date.now() + 5000).toISOString() });
  expect(button('Approve').disabled).toBe(false);
  await act(async () => void vi.advanceTimersByTime(5001));
  expect(box.textContent).toContain('expired');
  expect(box.querySelectorAll('.decide button')).toHaveLength(0);
});

test('a card takes the focus only where nobody has it, and never for a button', async () => {
  await show();
  expect(document.activeElement?.className).toBe('card');
  act(() => render(null, box));
  const field = document.createElement('input');
  document.body.append(field);
  field.focus();
  await show();
  expect(document.activeElement).toBe(field);
  field.remove();
});

const QUESTIONS = {
  kind: 'question',
  callId: 'q1',
  expiresAt: null,
  interrupted: false,
  questions: [
    { header: 'Colour', question: 'Which?', options: [{ label: 'Red', description: 'warm' }, { label: 'Green' }] },
    { header: '', question: 'Why?' },
  ],
} as Extract<Ask, { kind: 'question' }>;

test('questions are answered together, and only when each has an answer', async () => {
  await act(() => render(<Questions runId="run_1" ask={QUESTIONS} hands={hands} />, box));
  expect(button('Answer').disabled).toBe(true);
  await act(async () => box.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]?.click());
  expect(button('Answer').disabled).toBe(true);
  await write(box.querySelector('textarea'), 'Because.');
  await click('Answer');
  expect(sent).toEqual([['run_1', { call_id: 'q1', decision: 'answer', answers: [['Green'], ['Because.']] }]]);
});

test('the focus stays where somebody writes', async () => {
  await act(() => render(<Questions runId="run_1" ask={QUESTIONS} hands={hands} />, box));
  await act(async () => box.querySelectorAll<HTMLInputElement>('input[type=radio]')[2]?.click());
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Other answer: Colour');
  const area = box.querySelector('textarea');
  area?.focus();
  await write(area, 'Because.');
  expect(document.activeElement).toBe(area);
});
