import { expect, test } from 'vitest';

import { blocksOfEntries, blocksOfMessage } from '@/features/runs/blocks';
import { refreshed } from '@/features/runs/fold';
import { strayAsks } from '@/features/runs/strays';
import { asking, type Call, type View } from '@/features/runs/view';

import { all, asked, type Bare, finished, grown, message, read, stamped, started } from './told';

const ARGS = { path: 'notes.txt', content: 'hello there' };
const call = (id: string, name = 'Write', args: Record<string, unknown> = ARGS): Bare => ({
  type: 'tool_call',
  call_id: id,
  name,
  arguments: args,
});
const result = (id: string, ok = true): Bare => ({
  type: 'tool_result',
  call_id: id,
  ok,
  content: `result of ${id}`,
  duration_ms: 12,
  truncated: false,
});
const approval = (id: string): Bare => ({
  type: 'approval',
  call_id: id,
  name: 'Write',
  arguments: ARGS,
  reason: 'It changes files.',
  expires_at: null,
});
const told = (...events: Bare[]) => stamped([...started('msg_q', 'msg_a'), ...events]);
const calls = (view: View): Call[] => (view.live?.entries ?? []).filter(entry => entry.kind === 'call');
const only = (view: View): Call => {
  const [first, ...more] = calls(view);
  if (!first || more.length > 0) throw new Error(`one call expected, not ${calls(view).length}`);
  return first;
};
const waits = (view: View) => asking(view.live?.entries ?? [], view.live?.runId ?? '');

const ACTING = told(
  ...grown('Let me ', 'see.'),
  { type: 'tool_call_delta', call_id: 'c1', name: 'Write', arguments_delta: '{"path": "no' },
  { type: 'tool_call_delta', call_id: 'c1', name: 'Write', arguments_delta: 'tes.txt"' },
  call('c1'),
  { type: 'notice', code: 'mcp', message: 'A server is not there.' },
  approval('c1'),
  {
    type: 'approval_resolved',
    call_id: 'c1',
    decision: 'approve',
    by: 'person',
    arguments: { path: 'b', content: 'c' },
  },
  { type: 'tool_progress', call_id: 'c1', content: 'half way' },
  result('c1'),
  ...grown('Done.'),
);
const DONE = [
  ...ACTING,
  ...stamped(
    finished(
      message('msg_a', 'msg_q', {
        text: 'Let me see.Done.',
        parts: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_call', call_id: 'c1', name: 'Write', arguments: { path: 'b', content: 'c' } },
          { type: 'tool_result', call_id: 'c1', ok: true, content: 'result of c1' },
          { type: 'text', text: 'Done.' },
        ],
      }),
    ),
    'run_1',
    ACTING.length + 1,
  ),
];

test('words, calls and lines stand in the order in which they were told', () => {
  const view = all(asked(), ACTING);
  expect(blocksOfEntries(view.live?.entries ?? []).map(block => block.kind)).toEqual(['text', 'call', 'line', 'text']);
});

test('a finished message shows the same blocks as the answer that was being written', () => {
  const live = blocksOfEntries(all(asked(), ACTING).live?.entries ?? []);
  const view = all(asked(), DONE);
  const kept = view.messages.at(-1);
  const blocks = kept ? blocksOfMessage(kept, view.past[kept.id]) : [];
  expect(blocks.map(block => block.kind)).toEqual(live.map(block => block.kind));
  const shown = blocks.find(block => block.kind === 'call');
  expect(shown?.call.result?.durationMs).toBe(12);
  expect(shown?.call.decision).toEqual({ decision: 'approve', by: 'person', message: null, edited: true });
});

test('a message that was read without its events shows its calls with their results', () => {
  const kept = all(asked(), DONE).messages.at(-1);
  const blocks = kept ? blocksOfMessage(kept) : [];
  expect(blocks.map(block => block.kind)).toEqual(['text', 'call', 'text']);
  expect(blocks.find(block => block.kind === 'call')?.call.result?.content).toBe('result of c1');
});

test('wherever a page was reloaded, the replay ends in the same view', () => {
  const once = all(asked(), DONE);
  for (let heard = 0; heard <= DONE.length; heard++) {
    expect(all(all(asked(), DONE.slice(0, heard)), DONE)).toEqual(once);
  }
});

test('arguments are seen while they are written, and then whole', () => {
  const view = all(asked(), ACTING.slice(0, 6));
  expect(only(view)).toMatchObject({ args: null, draft: '{"path": "notes.txt"' });
  expect(only(all(view, ACTING.slice(6, 7)))).toMatchObject({ args: ARGS, draft: '' });
});

test('what is approved as edited is what the call shows from then on', () => {
  const waiting = all(asked(), ACTING.slice(0, 9));
  expect(waits(waiting)).toMatchObject([{ runId: 'run_1', ask: { kind: 'approval', callId: 'c1', args: ARGS } }]);
  const resolved = all(waiting, ACTING.slice(9, 10));
  expect(waits(resolved)).toEqual([]);
  expect(only(resolved).args).toEqual({ path: 'b', content: 'c' });
});

test('an approval that was resolved elsewhere waits no more, and says how it ended', () => {
  const rejected = told(call('c1'), approval('c1'), {
    type: 'approval_resolved',
    call_id: 'c1',
    decision: 'reject',
    by: 'expiry',
  });
  const view = all(asked(), rejected);
  expect(waits(view)).toEqual([]);
  expect(only(view).decision).toEqual({ decision: 'reject', by: 'expiry', message: null, edited: false });
});

test('an event that is heard twice is folded once', () => {
  const events = told(...grown('a'), call('c1'), approval('c1'));
  const doubled = events.flatMap(event => [event, event]);
  expect(all(asked(), doubled)).toEqual(all(asked(), events));
});

test('a restarted step takes back its words and calls, and leaves earlier ones and every line', () => {
  const events = told(
    call('c1'),
    result('c1'),
    { type: 'notice', code: 'n', message: 'One thing' },
    ...grown('lost'),
    { type: 'tool_call_delta', call_id: 'c2', name: 'Bash', arguments_delta: '{' },
    { type: 'notice', code: 'n', message: 'Another' },
    { type: 'step_restarted', from_seq: 6 },
    ...grown('anew'),
  );
  const view = all(asked(), events);
  expect(view.live?.entries.map(entry => entry.kind)).toEqual(['call', 'line', 'line', 'content']);
});

test('a summary that is put before the question is read anew, as no event says where it stands', () => {
  const view = all(asked(), told({ type: 'compacted', tokens_before: 900, tokens_after: 120, receipt_id: 'msg_s' }));
  expect(view.stale).toBe(true);
  expect(view.live?.entries).toEqual([]);
});

test('several calls of one step keep their own results, whichever comes first', () => {
  const view = all(asked(), told(call('c1'), call('c2'), result('c2', false), result('c1')));
  expect(calls(view).map(one => [one.callId, one.result?.ok])).toEqual([
    ['c1', true],
    ['c2', false],
  ]);
});

test('an id that a model uses again after a result is another call', () => {
  const view = all(asked(), told(call('c1'), result('c1'), call('c1', 'Read', { path: 'x' })));
  expect(calls(view).map(one => [one.name, one.result !== null])).toEqual([
    ['Write', true],
    ['Read', false],
  ]);
});

const QUESTION = { header: 'Colour', question: 'Which?', options: [{ label: 'Red' }, { label: 'Green' }] };

test('a tool that asks in mid-call does so at its call, and is answered under its own number', () => {
  const ask: Bare = { type: 'question', call_id: 'c1.1', questions: [QUESTION], expires_at: null };
  const view = all(asked(), told(call('c1', 'mcp__shop__buy'), ask));
  expect(only(view).asks).toMatchObject([{ kind: 'question', callId: 'c1.1', interrupted: false }]);
  const answered = all(
    view,
    stamped([{ type: 'question_answered', call_id: 'c1.1', answers: [['Red']], by: 'person' }], 'run_1', 5),
  );
  expect(only(answered).asks).toEqual([]);
  expect(only(answered).talks).toEqual([{ questions: [QUESTION], answers: [['Red']], by: 'person' }]);
});

const below = (event: Record<string, unknown>): Bare => ({
  type: 'subagent',
  parent_call_id: 't1',
  child_run_id: 'run_c',
  child_session_id: 'ses_c',
  event,
});

test('a subagent’s run stands below its call, and what it asks is answered at its own run', () => {
  const events = told(
    call('t1', 'Task', { description: 'Look' }),
    below({ type: 'run', seq: 2, run_id: 'run_c', session_id: 'ses_c', model: 'm', message_id: 'x' }),
    below({ type: 'content', seq: 3, run_id: 'run_c', session_id: 'ses_c', content: 'inside' }),
    below({ ...call('k1'), seq: 4, run_id: 'run_c', session_id: 'ses_c' }),
    below({ ...approval('k1'), seq: 5, run_id: 'run_c', session_id: 'ses_c' }),
    below({ type: 'unheard of', seq: 6, run_id: 'run_c', session_id: 'ses_c' }),
  );
  const view = all(asked(), events);
  expect(only(view).child?.entries.map(entry => entry.kind)).toEqual(['content', 'call']);
  expect(waits(view)).toMatchObject([{ runId: 'run_c', ask: { callId: 'k1' } }]);
});

test('what a subagent’s run says twice is shown once', () => {
  const said = below({ type: 'content', seq: 3, run_id: 'run_c', session_id: 'ses_c', content: 'once' });
  const view = all(asked(), told(call('t1', 'Task', {}), said, said));
  expect(only(view).child?.entries).toHaveLength(1);
});

test('what ends a run is told as a line, and hooks are told quietly', () => {
  const view = all(
    asked(),
    told(
      { type: 'hook', hook_event: 'PreToolUse', name: 'guard', ok: true, decision: 'deny', reason: 'not on Sundays' },
      { type: 'limit', code: 'max_turns', message: 'The turn is over.' },
    ),
  );
  expect(view.live?.entries).toMatchObject([
    { kind: 'line', tone: 'hook', says: 'Hook guard (PreToolUse) refused: not on Sundays' },
    { kind: 'line', tone: 'limit', says: 'The turn is over.' },
  ]);
});

const listed = (run: string, session = 'ses_1') => ({
  run_id: run,
  session_id: session,
  session_title: null,
  call_id: 'c1',
  kind: 'approval' as const,
  name: 'Write',
  arguments: ARGS,
  reason: 'why',
  questions: null,
  created_at: '2026-01-01T00:00:00Z',
  expires_at: null,
});

test('what the server says waits here is shown once: by its event, or where none told it', () => {
  expect(strayAsks(asked(), [listed('run_1'), listed('run_2', 'ses_2')])).toMatchObject([
    { runId: 'run_1', ask: { callId: 'c1', args: ARGS, reason: 'why' } },
  ]);
  const waiting = told(call('c1'), approval('c1'));
  expect(strayAsks(all(asked(), waiting), [listed('run_1')])).toEqual([]);
  const resolved: Bare = { type: 'approval_resolved', call_id: 'c1', decision: 'approve', by: 'person' };
  const older = [listed('run_1')];
  expect(strayAsks(all(asked(), [...waiting, ...stamped([resolved], 'run_1', 5)]), older)).toEqual([]);
});

test('a run that waits is still there after the page has read everything anew', () => {
  const view = all(asked(), told(call('c1'), approval('c1')));
  const again = refreshed(view, read([message('msg_q', null)], 'run_1', view.tick));
  expect(waits(again)).toHaveLength(1);
});
