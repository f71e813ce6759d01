// The bringing of files into a session, one after another, as this page knows it; and the deleting of one.

import { signal } from '@preact/signals';

import { deleteFile } from '@/core/acting';
import { type OnConflict, putFile } from '@/core/bringing';
import { Refusal, wordsFor } from '@/core/request';

import { refreshFiles } from './files';

export interface Bringing {
  id: number;
  sessionId: string;
  file: File;
  /** Taken: a file of this name is there, and a person says what becomes of it. */
  standing: 'waits' | 'on its way' | 'taken' | 'failed';
  /** From 0 to 1. */
  progress: number;
  says: string | null;
}

export const bringing = signal<readonly Bringing[]>([]);
/** Why the last file could not be deleted. */
export const trouble = signal<string | null>(null);

let last = 0;
let queue: Promise<void> = Promise.resolve();

const drop = (id: number) => (bringing.value = bringing.value.filter(one => one.id !== id));
const set = (id: number, by: Partial<Bringing>) =>
  (bringing.value = bringing.value.map(one => (one.id === id ? { ...one, ...by } : one)));

/** What becomes of a file that was not taken: a name that is there is asked about, everything else is said. */
export function fateOf(thrown: unknown): Pick<Bringing, 'standing' | 'says'> {
  if (thrown instanceof Refusal && thrown.status === 409) return { standing: 'taken', says: null };
  return { standing: 'failed', says: wordsFor(thrown) };
}

async function carry({ id, sessionId, file }: Bringing, onConflict: OnConflict): Promise<void> {
  if (!bringing.value.some(one => one.id === id)) return;
  set(id, { standing: 'on its way', progress: 0, says: null });
  try {
    await putFile({ sessionId, file, onConflict }, progress => set(id, { progress }));
    drop(id);
    await refreshFiles(sessionId);
  } catch (thrown) {
    set(id, fateOf(thrown));
  }
}

/** One after another: the server's disk is no faster for more at a time. */
const enqueue = (one: Bringing, onConflict: OnConflict) => (queue = queue.then(() => carry(one, onConflict)));

export function bring(sessionId: string, files: Iterable<File>): void {
  for (const file of files) {
    const one: Bringing = { id: ++last, sessionId, file, standing: 'waits', progress: 0, says: null };
    bringing.value = [...bringing.value, one];
    void enqueue(one, 'refuse');
  }
}

/** Once more, with what a person said about the name that is there. */
export function bringAgain(one: Bringing, onConflict: OnConflict): void {
  set(one.id, { standing: 'waits', says: null });
  void enqueue(one, onConflict);
}

export const giveUp = drop;

export async function remove(sessionId: string, path: string): Promise<void> {
  trouble.value = null;
  try {
    await deleteFile(sessionId, path);
  } catch (thrown) {
    trouble.value = wordsFor(thrown);
  }
  await refreshFiles(sessionId);
}
