// The endpoints of help and of counsellors: who helps where, escalations, and joining; nothing is cached here.

import type { RunEvent } from './events';
import { readEvent } from './events';
import { followAt, type Following, type Listener } from './follow';
import type { CareConversation, Consent, Escalation, EscalationWhole, Human, SessionCare } from './generated';
import type { HelpResource, Page } from './messages';
import { ask } from './request';

export type {
  CareConversation,
  CareLine,
  Consent,
  Escalation,
  EscalationEvent,
  EscalationWhole,
  SessionCare,
} from './generated';

export const listHelp = async (country: string | null): Promise<HelpResource[]> =>
  (await ask<{ items: HelpResource[] }>('/care/resources', { query: { country } })).items;

export const listConsents = async (): Promise<Consent[]> => (await ask<{ items: Consent[] }>('/consents')).items;
export const consent = ({ purpose, version }: Consent, granted: boolean) =>
  ask<Consent>('/consents', { method: 'PUT', body: { purpose, version, granted } });

/** What somebody is asked, in their language where it is there. */
export const wordsOf = ({ text }: Consent, language = navigator.language): string =>
  text[language.toLowerCase().startsWith('sw') ? 'sw' : 'en'] ?? text['en'] ?? '';

export const readSessionCare = (id: string) => ask<SessionCare>(`/sessions/${id}/care`);
/** Null lets the session follow the server again. */
export const setSessionCare = (id: string, profile: SessionCare['profile'] | null) =>
  ask<SessionCare>(`/sessions/${id}/care`, { method: 'PUT', body: { profile } });

export const OUTCOMES = {
  helped: 'Helped here',
  referred: 'Referred to a service',
  emergency: 'Emergency services were called',
  unreachable: 'The person could not be reached',
  not_needed: 'No help was needed',
  other: 'Something else',
} as const;
export type Outcome = keyof typeof OUTCOMES;
export type Which = 'open' | 'closed';

const at = (id: string, rest = '') => `/care/escalations/${id}${rest}`;
const post = <Answer>(path: string, body?: unknown) => ask<Answer>(path, { method: 'POST', body });

export const listEscalations = (state: Which, cursor: string | null = null) =>
  ask<Page<Escalation> & { trouble: string[] }>('/care/escalations', { query: { state, cursor } });
export const readEscalation = (id: string) => ask<EscalationWhole>(at(id));
export const decline = (id: string) => post<Escalation>(at(id, '/decline'));
export const claim = (id: string) => post<EscalationWhole>(at(id, '/claim'));
export const acknowledge = (id: string) => post<EscalationWhole>(at(id, '/acknowledge'));
export const release = (id: string) => post<EscalationWhole>(at(id, '/release'));
export const addNote = (id: string, text: string) => post<EscalationWhole>(at(id, '/notes'), { text });
export const close = (id: string, outcome: Outcome, note: string) =>
  post<EscalationWhole>(at(id, '/close'), note ? { outcome, note } : { outcome });

export const readConversation = (id: string) => ask<CareConversation>(at(id, '/conversation'));
export const join = (id: string) => post<Human>(at(id, '/join'));
export const leave = (id: string) => post<void>(at(id, '/leave'));
export const say = (id: string, text: string, key: string) =>
  post<{ message_id: string }>(at(id, '/messages'), { text, idempotency_key: key });

/** That something happened to an escalation. */
const readHappened = (data: string): string | null => {
  try {
    const told: unknown = JSON.parse(data);
    const id = typeof told === 'object' && told !== null ? (told as Record<string, unknown>)['escalation_id'] : null;
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
};

/** The live queue: the id of whatever changed. Somebody on call wants to hear of it on a page in the background, too. */
export const followQueue = (listener: Listener<string>): Following =>
  followAt('/care/escalations/events', readHappened, listener, { always: true });
export const followConversation = (id: string, listener: Listener<RunEvent>): Following =>
  followAt(at(id, '/conversation/events'), readEvent, listener);
