// The endpoints of what is remembered of a person; nothing is cached here.

import type { Page } from './messages';
import { ask } from './request';

/** off: models are told nothing; recall: they are told facts; on: they may also pick facts. */
export type MemoryMode = 'off' | 'recall' | 'on';

export interface Memory {
  mode: MemoryMode;
  /** Whether the server tells facts to models, and lets models pick facts. */
  recall: boolean;
  extraction: boolean;
  facts: number;
  most_facts: number;
  most_characters: number;
}

export interface Fact {
  id: string;
  text: string;
  /** Told in the sessions of this project only; null: in all. */
  project_id: string | null;
  /** Told in every turn. */
  pinned: boolean;
  made_by: 'person' | 'model';
  /** Where it was said; null where nobody knows any more. */
  source: { session_id: string; message_id: string } | null;
  used_at: string | null;
}

export type FactChange = Partial<Pick<Fact, 'text' | 'pinned' | 'project_id'>>;

const FACTS_A_PAGE = 50;

export const readMemory = () => ask<Memory>('/memory');
export const setMemory = (mode: MemoryMode) => ask<Memory>('/memory', { method: 'PATCH', body: { mode } });

export const listFacts = (q: string, cursor: string | null) =>
  ask<Page<Fact>>('/memories', { query: { q, cursor, limit: FACTS_A_PAGE } });
export const createFact = (fact: { text: string; project_id: string | null; pinned: boolean }) =>
  ask<Fact>('/memories', { method: 'POST', body: fact });
export const changeFact = (id: string, by: FactChange) => ask<Fact>(`/memories/${id}`, { method: 'PATCH', body: by });
export const deleteFact = (id: string) => ask<void>(`/memories/${id}`, { method: 'DELETE' });
export const forgetAll = () => ask<unknown>('/memories', { method: 'DELETE', query: { all: true } });
