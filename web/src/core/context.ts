// The endpoints that tell what a model sees, and that sum up what it saw earlier; nothing is cached here.

import type { Message } from './messages';
import { ask } from './request';

/** Messages of one branch that follow each other. */
export interface Stretch {
  count: number;
  from_message_id: string | null;
  to_message_id: string | null;
}

/** A text that is not repeated: its hash and its length. */
export interface Hashed {
  sha256: string;
  characters: number;
}

/** What a model call saw, or the next one would see. What there is nothing of is absent. */
export interface Manifest {
  message_id?: string;
  model: string;
  window?: number | null;
  settings?: Record<string, unknown>;
  instructions?: Hashed | null;
  guidance?: Hashed[];
  messages?: Stretch;
  shortened?: string[];
  left_out?: Stretch;
  not_considered?: number;
  steps_left_out?: number;
  summary_id?: string | null;
  summarized?: number;
  /** Facts about the person that were told. */
  memories?: string[];
  files?: string[];
  images?: number;
  tools?: { names: string[]; sha256: string | null };
  /** By part; `total` is their sum, `reported` what the model's server counted. */
  tokens?: Record<string, number | null>;
  at?: string | null;
}

export const contextOf = (sessionId: string) => ask<Manifest>(`/sessions/${sessionId}/context`);
export const contextBehind = (messageId: string) => ask<Manifest>(`/messages/${messageId}/context`);

/** Sums up what was said earlier; it is answered when the summary is there. */
export const summarize = (sessionId: string, focus: string) =>
  ask<Message>(`/sessions/${sessionId}/summarize`, { method: 'POST', body: focus ? { focus } : {} });
export const deleteMessage = (messageId: string) => ask<void>(`/messages/${messageId}`, { method: 'DELETE' });
