// The files that are to go with what a person is writing, by draft: brought in, on their way, refused.

import { signal } from '@preact/signals';

import type { Attachment } from '@/core/messages';
import { wordsFor } from '@/core/request';
import { deleteUpload, partOf, upload } from '@/core/uploads';

export interface Attaching {
  id: number;
  name: string;
  size: number;
  /** What is uploaded; null where that was done before, and the message came back. */
  file: File | null;
  standing: 'on its way' | 'there' | 'failed';
  /** From 0 to 1. */
  progress: number;
  says: string | null;
  /** As it goes into the message. */
  part: Attachment | null;
}

/** As many parts as the server takes, less one for the words. */
export const MOST = 99;

const drafts = signal<Readonly<Record<string, readonly Attaching[]>>>({});
const stops = new Map<number, AbortController>();
let last = 0;

export const attachedTo = (draft: string): readonly Attaching[] => drafts.value[draft] ?? [];

const keep = (draft: string, list: readonly Attaching[]) => (drafts.value = { ...drafts.value, [draft]: list });
const set = (draft: string, id: number, by: Partial<Attaching>) =>
  keep(
    draft,
    attachedTo(draft).map(one => (one.id === id ? { ...one, ...by } : one)),
  );

async function carry(draft: string, { id, file }: Attaching): Promise<void> {
  if (!file) return;
  const stop = new AbortController();
  stops.set(id, stop);
  set(draft, id, { standing: 'on its way', progress: 0, says: null });
  try {
    const made = await upload(file, progress => set(draft, id, { progress }), stop.signal);
    // Who took it away at the last moment wants nothing of it to stay.
    if (stop.signal.aborted) void deleteUpload(made.id).catch(() => undefined);
    set(draft, id, { standing: 'there', progress: 1, part: partOf(made) });
  } catch (thrown) {
    set(draft, id, { standing: 'failed', says: wordsFor(thrown) });
  } finally {
    stops.delete(id);
  }
}

const TOO_MANY = `A message carries at most ${MOST} files.`;

export function attach(draft: string, files: Iterable<File>): void {
  for (const file of files) {
    const { name, size } = file;
    const begun = { id: ++last, name, size, progress: 0, part: null };
    const fits = attachedTo(draft).filter(one => one.standing !== 'failed').length < MOST;
    const one: Attaching = fits
      ? { ...begun, file, standing: 'on its way', says: null }
      : { ...begun, file: null, standing: 'failed', says: TOO_MANY };
    keep(draft, [...attachedTo(draft), one]);
    void carry(draft, one);
  }
}

export const attachAgain = (draft: string, one: Attaching): Promise<void> => carry(draft, one);

/** Takes one away again; what was uploaded of it is deleted. */
export function detach(draft: string, one: Attaching): void {
  stops.get(one.id)?.abort();
  keep(
    draft,
    attachedTo(draft).filter(other => other.id !== one.id),
  );
  if (one.file && one.part?.file_id) void deleteUpload(one.part.file_id).catch(() => undefined);
}

/** All that is there, for a message that is sent now; nothing stays with the draft. */
export function takeAttached(draft: string): Attachment[] {
  const parts = attachedTo(draft).flatMap(one => (one.part ? [one.part] : []));
  keep(draft, []);
  return parts;
}

/** Puts back what a message carried that did not arrive. */
export const putBack = (draft: string, parts: readonly Attachment[]): void =>
  void keep(
    draft,
    parts.map(part => ({
      id: ++last,
      name: part.name ?? 'File',
      size: part.size ?? 0,
      file: null,
      standing: 'there',
      progress: 1,
      says: null,
      part,
    })),
  );

/** Whether everything may be sent: nothing is on its way, nothing was refused. */
export const allThere = (draft: string): boolean => attachedTo(draft).every(one => one.standing === 'there');
