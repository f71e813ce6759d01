// The events of runs as one closed union, and their reading from JSON; unknown kinds are let go.

import type { FinishReason, Message } from './messages';

interface Stamp {
  seq: number;
  run_id: string;
  session_id: string;
}

export type RunEvent = Stamp &
  (
    | { type: 'session'; title: string | null; created: boolean }
    | { type: 'run'; user_message_id: string | null; message_id: string; model: string; provider: string }
    | { type: 'content' | 'reasoning'; content: string }
    | { type: 'tool_call'; call_id: string; name: string; arguments: Record<string, unknown> }
    | { type: 'tool_result'; call_id: string; ok: boolean; content: string }
    | { type: 'step_restarted'; from_seq: number }
    | { type: 'title'; title: string }
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
  'tool_call',
  'tool_result',
  'step_restarted',
  'title',
  'usage',
  'message',
  'error',
  'done',
]);

/** The event in a frame's data, or null for what this client does not know or cannot read. */
export function readEvent(data: string): RunEvent | null {
  try {
    const event: unknown = JSON.parse(data);
    return isStamped(event) && KNOWN.has(event.type) ? (event as unknown as RunEvent) : null;
  } catch {
    return null;
  }
}

function isStamped(value: unknown): value is { type: string; seq: number; run_id: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, seq, run_id: run } = value as Record<string, unknown>;
  return typeof type === 'string' && typeof seq === 'number' && typeof run === 'string';
}
