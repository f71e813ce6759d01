// The events of runs as one closed union, and their reading from JSON; unknown kinds are let go.

import type { Attachment, FinishReason, HelpResource, Message } from './messages';

interface Stamp {
  seq: number;
  run_id: string;
  session_id: string;
}

/** Something an agent asks; without options the answer is free text. */
export interface Question {
  header: string;
  question: string;
  options?: { label: string; description?: string }[];
  multi?: boolean;
  optional?: boolean;
}

export type Arguments = Record<string, unknown>;
/** Who ended the waiting: a person, the clock, or the end of the run. */
export type DecidedBy = 'person' | 'expiry' | 'cancel';

export type RunEvent = Stamp &
  (
    | { type: 'session'; title: string | null; created: boolean }
    | { type: 'run'; user_message_id: string | null; message_id: string; model: string; provider: string }
    | { type: 'content' | 'reasoning'; content: string }
    | { type: 'tool_call_delta'; call_id: string; name: string; arguments_delta: string }
    | { type: 'tool_call'; call_id: string; name: string; arguments: Arguments; server?: string | null; flaw?: string }
    | { type: 'tool_progress'; call_id: string; content: string }
    | {
        type: 'tool_result';
        call_id: string;
        ok: boolean;
        content: string;
        duration_ms: number;
        truncated: boolean;
        parts?: Attachment[];
      }
    | {
        type: 'approval';
        call_id: string;
        name: string;
        arguments: Arguments;
        reason: string;
        expires_at: string | null;
      }
    | {
        type: 'approval_resolved';
        call_id: string;
        decision: 'approve' | 'reject';
        by: DecidedBy;
        message?: string | null;
        arguments?: Arguments | null;
      }
    | { type: 'question'; call_id: string; questions: Question[]; expires_at: string | null; interrupted?: boolean }
    | { type: 'question_answered'; call_id: string; answers: string[][] | null; by: DecidedBy }
    | {
        type: 'hook';
        hook_event: string;
        name: string;
        ok: boolean;
        decision?: 'allow' | 'deny' | 'ask' | null;
        reason?: string | null;
      }
    | { type: 'notice' | 'limit'; code: string; message: string }
    | {
        type: 'care';
        level: string;
        resources: HelpResource[];
        message?: string | null;
        escalation_id?: string | null;
      }
    | {
        type: 'subagent';
        parent_call_id: string;
        child_run_id: string;
        child_session_id: string;
        event: Record<string, unknown>;
      }
    | { type: 'step_restarted'; from_seq: number }
    | { type: 'title'; title: string }
    | { type: 'compacted'; tokens_before: number; tokens_after: number; receipt_id: string }
    | { type: 'usage'; input_tokens: number; output_tokens: number; cost_usd: number | null }
    | { type: 'message'; message: Message }
    | { type: 'error'; code: string; message: string; retryable: boolean }
    | { type: 'done'; finish_reason: FinishReason; duration_ms: number }
  );

const KNOWN: ReadonlySet<string> = new Set<RunEvent['type']>([
  'session',
  'run',
  'content',
  'reasoning',
  'tool_call_delta',
  'tool_call',
  'tool_progress',
  'tool_result',
  'approval',
  'approval_resolved',
  'question',
  'question_answered',
  'hook',
  'notice',
  'limit',
  'care',
  'subagent',
  'step_restarted',
  'title',
  'compacted',
  'usage',
  'message',
  'error',
  'done',
]);

/** The event in a frame's data, or null for what this client does not know or cannot read. */
export function readEvent(data: string): RunEvent | null {
  try {
    const event: unknown = JSON.parse(data);
    return known(event);
  } catch {
    return null;
  }
}

/** The same value as an event, or null for what this client does not know. */
export function known(event: unknown): RunEvent | null {
  return isStamped(event) && KNOWN.has(event.type) ? (event as unknown as RunEvent) : null;
}

function isStamped(value: unknown): value is { type: string; seq: number; run_id: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, seq, run_id: run } = value as Record<string, unknown>;
  return typeof type === 'string' && typeof seq === 'number' && typeof run === 'string';
}
