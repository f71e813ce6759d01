import { expect, test } from 'vitest';

import { matching } from '@/features/agents/offers';
import { objectIn } from '@/features/runs/calls/ArgumentsEditor';
import { changedLines } from '@/features/runs/calls/change';
import { answerOf, choosing } from '@/features/runs/calls/Questions';
import { summaryOf, titleOf, todosOf, wholeOf } from '@/features/runs/calls/summary';
import { grown, newborn } from '@/features/runs/grow';
import type { Call } from '@/features/runs/view';

import { stamped } from './told';

function calling(name: string, args: Record<string, unknown>): Call {
  const [event] = stamped([{ type: 'tool_call', call_id: 'c', name, arguments: args }]);
  const entry = event && grown(newborn('run_1', 0), event).entries[0];
  if (entry?.kind !== 'call') throw new Error('no call');
  return entry;
}

test.each([
  ['Bash', { command: 'ls\n -l', timeout: 3 }, 'ls -l'],
  ['Grep', { pattern: 'a.*b', path: '' }, 'a.*b'],
  ['Write', { content: 'x', path: 'a/b.txt' }, 'a/b.txt'],
  [
    'TodoWrite',
    {
      todos: [
        { content: 'a', status: 'completed' },
        { content: 'b', status: 'pending' },
      ],
    },
    '1 of 2 done',
  ],
  ['Odd', { n: 1 }, ''],
])('a call of %s is summed up in a line', (name, args, says) => {
  expect(summaryOf(calling(name, args))).toBe(says);
});

test('a tool of another server is named with its server', () => {
  expect(titleOf(calling('mcp__files__read_all', {}))).toEqual({ name: 'read_all', server: 'files' });
  expect(titleOf(calling('Read', {}))).toEqual({ name: 'Read', server: null });
});

test('a list with anything else in it is no check list', () => {
  expect(todosOf({ todos: [{ content: 'a', status: 'pending' }, 3] })).toBeNull();
});

test('a cut result leads to the file with the whole of it', () => {
  const says = 'a\n[This output was cut: 10 of 20 characters; the whole is in .palaver/outputs/call_1.txt.]';
  expect(wholeOf(says)).toBe('.palaver/outputs/call_1.txt');
  expect(wholeOf('the whole is in here, and more')).toBeNull();
});

test('a change shows what goes and comes, with little around it', () => {
  const before = ['1', '2', '3', 'old', '4', '5', '6'].join('\n');
  const lines = changedLines(before, before.replace('old', 'new\nmore'));
  expect(lines.map(({ mark, text }) => mark + text)).toEqual([' 2', ' 3', '-old', '+new', '+more', ' 4', ' 5']);
  expect(changedLines('', 'a').map(({ mark }) => mark)).toEqual(['+']);
  expect(changedLines('a\na', 'a').map(({ mark, text }) => mark + text)).toEqual([' a', '-a']);
});

test.each(['', '[1]', '"a"', 'null', '{"a": }'])('%s is no set of arguments', text => {
  expect(objectIn(text)).toHaveProperty('wrong');
});

test('a JSON object is a set of arguments', () => {
  expect(objectIn('{"a": [1]}')).toEqual({ args: { a: [1] } });
});

const QUESTION = { header: 'h', question: 'q', options: [{ label: 'A' }, { label: 'B' }] };
const NONE = { chosen: [], otherChosen: false, other: '' };

test('one choice takes the place of the other, several stand together', () => {
  const one = choosing(QUESTION, choosing(QUESTION, NONE, 'A', true), 'B', true);
  expect(answerOf(QUESTION, one)).toEqual(['B']);
  const many = { ...QUESTION, multi: true };
  const both = choosing(many, choosing(many, NONE, 'A', true), 'B', true);
  expect(answerOf(many, both)).toEqual(['A', 'B']);
  expect(answerOf(many, choosing(many, both, 'A', false))).toEqual(['B']);
});

test('words of one’s own count where they are chosen, or where there is nothing to choose', () => {
  expect(answerOf(QUESTION, { ...NONE, other: 'C' })).toEqual([]);
  expect(answerOf(QUESTION, { ...choosing(QUESTION, NONE, null, true), other: ' C ' })).toEqual(['C']);
  expect(answerOf({ header: '', question: 'q' }, { ...NONE, other: 'free' })).toEqual(['free']);
});

test('commands are offered while one is being written at the very beginning', () => {
  const all = [{ name: 'review' }, { name: 'release' }, { name: 'git:commit' }];
  expect(matching(all, '/RE').map(one => one.name)).toEqual(['review', 'release']);
  expect(matching(all, '/')).toHaveLength(3);
  expect(matching(all, '/review now')).toEqual([]);
  expect(matching(all, 'see /re')).toEqual([]);
});
