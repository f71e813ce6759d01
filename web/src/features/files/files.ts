// The files of one session as the server lists them, and the reading of one as text, up to a bound.

import { signal } from '@preact/signals';

import { listFiles, openFile, type SessionFile } from '@/core/acting';
import { wordsFor } from '@/core/request';

const LONGEST_BYTES = 262_144;
const TEXTS = /^(text\/|application\/(json|xml|javascript|x-sh|toml|yaml|x-yaml|x-ndjson)|image\/svg)/;
const UNKNOWN = 'application/octet-stream';
const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/;

export interface Listing {
  sessionId: string;
  items: readonly SessionFile[];
  /** Where the rest begins, if there is more. */
  next: string | null;
  /** Why there is no list. */
  trouble: string | null;
}

export const listing = signal<Listing | null>(null);

async function fetchPage(sessionId: string, before: readonly SessionFile[], cursor: string | null): Promise<void> {
  const keep = (found: Omit<Listing, 'sessionId'>) => (listing.value = { sessionId, ...found });
  try {
    const page = await listFiles(sessionId, cursor);
    keep({ items: [...before, ...page.items], next: page.next_cursor, trouble: null });
  } catch (thrown) {
    keep({ items: before, next: cursor, trouble: wordsFor(thrown) });
  }
}

export const refreshFiles = (sessionId: string): Promise<void> => fetchPage(sessionId, [], null);
export const moreFiles = ({ sessionId, items, next }: Listing): Promise<void> => fetchPage(sessionId, items, next);

export const isPicture = (file: SessionFile): boolean => PICTURES.test(file.media_type);

/** Whether it can be read here: a text, or something small of which nobody knows what it is. */
export const isText = (file: SessionFile): boolean =>
  TEXTS.test(file.media_type) || (file.media_type === UNKNOWN && file.size <= LONGEST_BYTES);

/** The text of a file, at most its first 256 KiB; null where it is no text. */
export async function readText(sessionId: string, path: string): Promise<{ text: string; cut: boolean } | null> {
  const response = await openFile(sessionId, path);
  const reader = response.body?.getReader();
  const bytes = new Uint8Array(LONGEST_BYTES);
  let length = 0;
  let cut = false;
  while (reader && !cut) {
    const { done, value } = await reader.read();
    if (done) break;
    cut = length + value.length > LONGEST_BYTES;
    bytes.set(value.subarray(0, LONGEST_BYTES - length), length);
    length = Math.min(LONGEST_BYTES, length + value.length);
  }
  if (cut) await reader?.cancel();
  const whole = bytes.subarray(0, length);
  if (whole.includes(0)) return null;
  return { text: new TextDecoder().decode(whole), cut };
}
