import { expect, test } from 'vitest';

import { checkpointBefore, type Effect, type Rewound } from '../../src/core/travel';
import { changesOf, effectWords } from '../../src/features/runs/rewind/words';

const rewound = (restored: Rewound['restored']): Rewound => ({ restored, checkpoint_id: null, not_undone: [] });
const effect: Effect = {
  id: 'eff_1',
  name: 'Bash',
  server: null,
  reached: 'shell',
  lasting: true,
  summary: 'git push',
  ok: true,
};

test('the checkpoint before a message has the rest of its id', () => {
  expect(checkpointBefore('msg_0199')).toBe('chk_0199');
});

test('only what changes is told, messages first', () => {
  const files = { created: ['a.txt'], changed: [], deleted: ['b/', 'b/c.txt'] };
  expect(changesOf(rewound({ messages: { head_message_id: null, left: 1 }, files }))).toEqual([
    'Set aside: 1 message',
    'Brought back: a.txt',
    'Removed: b/, b/c.txt',
  ]);
  expect(changesOf(rewound({ messages: { head_message_id: 'msg_1', left: 0 }, files: null }))).toEqual([]);
});

test('of many files five are named, and the others counted', () => {
  const changed = Array.from({ length: 7 }, (_, number) => `f${number}`);
  const files = { created: [], changed, deleted: [] };
  expect(changesOf(rewound({ messages: null, files }))).toEqual(['Changed back: f0, f1, f2, f3, f4 and 2 more']);
});

test('a call that stays done says where it reached, and how it went where that is not plain', () => {
  expect(effectWords(effect)).toBe('Bash (command): git push');
  expect(effectWords({ ...effect, name: 'pay', reached: 'mcp', server: 'shop', ok: null })).toBe(
    'pay (server shop, outcome unknown): git push',
  );
  expect(effectWords({ ...effect, ok: false, summary: '' })).toBe('Bash (command, failed)');
});
