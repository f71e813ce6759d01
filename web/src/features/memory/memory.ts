// What is remembered of this person, as this page knows it, and what is done with it.

import { signal } from '@preact/signals';

import * as api from '@/core/memory';
import { wordsFor } from '@/core/request';

export interface Facts {
  q: string;
  items: readonly api.Fact[];
  next: string | null;
}

/** null: not asked yet. */
export const memory = signal<api.Memory | null>(null);
export const facts = signal<Facts | null>(null);
export const trouble = signal<string | null>(null);

/** Does it; true where it was done, else `trouble` says why not. */
async function attempt(deed: () => Promise<void>): Promise<boolean> {
  trouble.value = null;
  try {
    await deed();
    return true;
  } catch (thrown) {
    trouble.value = wordsFor(thrown);
    return false;
  }
}

let latest = 0;

async function fetchFacts(q: string, before: readonly api.Fact[], cursor: string | null): Promise<void> {
  const own = ++latest;
  const page = await api.listFacts(q, cursor);
  // A newer question makes the answer to an older one worthless.
  if (own === latest) facts.value = { q, items: [...before, ...page.items], next: page.next_cursor };
}

const counted = async () => void (memory.value = await api.readMemory());

export const loadMemory = () => attempt(async () => void (await Promise.all([counted(), fetchFacts('', [], null)])));
export const search = (q: string) => attempt(() => fetchFacts(q, [], null));
export const more = ({ q, items, next }: Facts) => attempt(() => fetchFacts(q, items, next));

export const setMode = (mode: api.MemoryMode) => attempt(async () => void (memory.value = await api.setMemory(mode)));

const set = (by: (items: readonly api.Fact[]) => readonly api.Fact[]) => {
  const now = facts.peek();
  if (now) facts.value = { ...now, items: by(now.items) };
};

export const remember = (text: string) =>
  attempt(async () => {
    const made = await api.createFact({ text, project_id: null, pinned: false });
    set(items => [made, ...items]);
    await counted();
  });

export const change = (id: string, by: api.FactChange) =>
  attempt(async () => {
    const changed = await api.changeFact(id, by);
    set(items => items.map(one => (one.id === id ? changed : one)));
  });

export const forget = (id: string) =>
  attempt(async () => {
    await api.deleteFact(id);
    set(items => items.filter(one => one.id !== id));
    await counted();
  });

export const forgetEverything = () =>
  attempt(async () => {
    await api.forgetAll();
    await Promise.all([counted(), fetchFacts('', [], null)]);
  });
