// What a desk says about escalations: how urgent, where they stand, what happened, how long they wait. Pure.

import type { Escalation, EscalationEvent } from '@/core/care';

const STATES: Record<Escalation['state'], string> = {
  created: 'new',
  routed: 'called',
  acknowledged: 'somebody is there',
  closed: 'closed',
  failed: 'nobody could be told',
  expired: 'nobody came',
};

const KINDS: Record<string, string> = {
  created: 'Began',
  assessed: 'Words asked for an answer again',
  raised: 'Became more urgent',
  routed: 'Those on call were told',
  not_told: 'Somebody could not be told',
  unanswered: 'Nobody on call answered in time',
  failed: 'Nobody could be told',
  expired: 'Nobody came in time',
  claimed: 'Claimed',
  acknowledged: 'Acknowledged',
  released: 'Released',
  joined: 'Joined the conversation',
  left: 'Left the conversation',
  silent: 'Was silent for long: the model answers again',
  noted: 'Note',
  closed: 'Closed',
  declined: 'The person wanted nobody',
};

export const stateOf = (one: Escalation): string => STATES[one.state] ?? one.state;

export const kindOf = (happened: EscalationEvent): string => KINDS[happened.kind] ?? happened.kind.replaceAll('_', ' ');

const COMING = new Set(['joined', 'left', 'silent']);

/** Whether whoever had joined is taken to be gone, because they were silent for long. */
export const fellSilent = (happened: readonly EscalationEvent[]): boolean =>
  happened.findLast(one => COMING.has(one.kind))?.kind === 'silent';

/** The short facts that stand beside it: a note's words, an outcome. */
export const detailOf = ({ detail }: EscalationEvent): string =>
  Object.entries(detail)
    .filter(([name, one]) => name !== 'attempt' && (typeof one === 'string' || typeof one === 'number'))
    .map(([, one]) => one)
    .join(' · ');

/** How long since then, in few words. */
export function since(at: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
