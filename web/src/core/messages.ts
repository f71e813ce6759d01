// Messages and sessions as the server tells them; written by hand, after the contract.

export type Role = 'user' | 'assistant' | 'system' | 'tool';
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'interrupted' | 'error';

export type Part =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'image' | 'audio'; url?: string | null; file_id?: string | null; media_type?: string | null }
  | { type: 'file'; file_id: string; name?: string | null; media_type?: string | null }
  | { type: 'tool_call'; call_id: string; name: string; arguments: Record<string, unknown>; server?: string | null }
  | { type: 'tool_result'; call_id: string; ok: boolean; content: string; truncated?: boolean };

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_usd: number | null;
  estimated: boolean;
}

export interface Failure {
  code: string;
  message: string;
}

export interface Message {
  id: string;
  session_id: string;
  parent_id: string | null;
  role: Role;
  parts: Part[];
  text: string;
  model: string | null;
  provider: string | null;
  usage: Usage | null;
  latency_ms: number | null;
  status: 'complete' | 'partial' | 'error';
  finish_reason: FinishReason | null;
  error: Failure | null;
  siblings: { count: number; index: number };
  metadata: Record<string, unknown>;
  created_at: string;
}

export interface Session {
  id: string;
  title: string | null;
  title_source: 'auto' | 'user';
  model: string | null;
  pinned: boolean;
  archived: boolean;
  status: 'idle' | 'running' | 'waiting' | 'error';
  active_run_id: string | null;
  head_message_id: string | null;
  message_count: number;
  created_at: string;
  updated_at: string;
  last_message_at: string | null;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** What the model thought aloud, all of it. */
export function reasoningOf(message: Message): string {
  return message.parts.map(part => (part.type === 'reasoning' ? part.text : '')).join('');
}
