import { beforeEach, expect, test, vi } from 'vitest';

import { Refusal } from '@/core/request';
import * as uploads from '@/core/uploads';
import {
  allThere,
  attach,
  attachAgain,
  attachedTo,
  detach,
  MOST,
  putBack,
  takeAttached,
} from '@/features/runs/attaching/attaching';

const made = { id: 'fil_1', name: 'a.png', media_type: 'image/png', size: 3 };
const file = new File(['abc'], 'a.png');
const upload = vi.spyOn(uploads, 'upload');
const forget = vi.spyOn(uploads, 'deleteUpload').mockResolvedValue();
let number = 0;
let draft = '';

beforeEach(() => {
  draft = `draft${++number}`;
  forget.mockClear();
  upload.mockReset().mockResolvedValue(made);
});

const standings = () => attachedTo(draft).map(one => one.standing);

test('what is there goes with the message, pictures as pictures, and nothing stays behind', async () => {
  attach(draft, [file]);
  expect(allThere(draft)).toBe(false);
  await vi.waitFor(() => expect(allThere(draft)).toBe(true));
  expect(takeAttached(draft)).toEqual([
    { type: 'image', file_id: 'fil_1', media_type: 'image/png', name: 'a.png', size: 3 },
  ]);
  expect(attachedTo(draft)).toEqual([]);
  expect(forget).not.toHaveBeenCalled();
});

test('what was refused says why, holds the message back, and may be tried again', async () => {
  upload.mockRejectedValueOnce(new Refusal(413, 'payload_too_large', 'Too large.'));
  attach(draft, [file]);
  await vi.waitFor(() => expect(standings()).toEqual(['failed']));
  const [one] = attachedTo(draft);
  expect(one?.says).toBe('Too large.');
  expect(allThere(draft)).toBe(false);
  if (one) await attachAgain(draft, one);
  expect(standings()).toEqual(['there']);
});

test('what is taken away is stopped, or deleted where it arrived', async () => {
  let stopped: AbortSignal | undefined;
  upload.mockImplementationOnce((_file, _progress, signal) => {
    stopped = signal;
    return new Promise(() => {});
  });
  attach(draft, [file]);
  const [going] = attachedTo(draft);
  if (going) detach(draft, going);
  expect(stopped?.aborted).toBe(true);
  attach(draft, [file]);
  await vi.waitFor(() => expect(allThere(draft)).toBe(true));
  const [there] = attachedTo(draft);
  if (there) detach(draft, there);
  expect(attachedTo(draft)).toEqual([]);
  expect(forget).toHaveBeenCalledExactlyOnceWith('fil_1');
});

test('what comes back with a message is not deleted when it is taken away: the message may be kept elsewhere', () => {
  putBack(draft, [{ type: 'file', file_id: 'fil_2', name: 'b.txt', size: 1 }]);
  const [one] = attachedTo(draft);
  expect([one?.name, one?.standing]).toEqual(['b.txt', 'there']);
  if (one) detach(draft, one);
  expect(forget).not.toHaveBeenCalled();
});

test('one file more than a message carries is said, and not dropped', () => {
  const files = Array.from({ length: MOST + 1 }, () => file);
  attach(draft, files);
  expect(attachedTo(draft).at(-2)?.says).toBeNull();
  expect(attachedTo(draft).at(-1)?.says).toBe(`A message carries at most ${MOST} files.`);
});
