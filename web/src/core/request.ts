// Asks the server, and turns its refusals into one kind of error; it keeps nothing and shows nothing.

export interface Flaw {
  loc: (string | number)[];
  msg: string;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
    /** Where in what was sent it is wrong, and how. */
    readonly errors: readonly Flaw[] = [],
  ) {
    super(message);
  }

  /** Whether asking again unchanged may help. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Asking {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  signal?: AbortSignal;
}

/** Where 401 says that a password or a code is wrong, and nothing about who is signed in. */
const SAYING_WHO = /^\/auth\/(login|password|register|verify|second-factor)/;

let onSignedOut = (): void => {};

/** Who is told when the server does not know us any more. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

function address(path: string, query: Asking['query']): string {
  const pairs = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1${path}${search ? `?${search}` : ''}`;
}

/** The refusal that a body of `application/problem+json` tells, as far as it is one. */
export function problemOf(status: number, body: unknown, requestId: string | null): Refusal {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : '');
  const says = text('detail') || text('title') || `The server answered ${status}.`;
  const errors = Array.isArray(problem['errors']) ? (problem['errors'] as Flaw[]) : [];
  return new Refusal(status, text('code') || 'internal', says, requestId, errors);
}

async function refusal(response: Response): Promise<Refusal> {
  const body: unknown = await response.json().catch(() => null);
  return problemOf(response.status, body, response.headers.get('x-request-id'));
}

/** The open response, for streams; throws a `Refusal` for anything but success. Status 0 means that nobody answered. */
export async function open(path: string, asking: Asking = {}, accept = 'application/json'): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (asking.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, asking.query), {
      method: asking.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      body: asking.body === undefined ? null : JSON.stringify(asking.body),
      signal: asking.signal ?? null,
    });
  } catch (cause) {
    if (asking.signal?.aborted) throw cause;
    throw new Refusal(0, 'unreachable', 'Palaver cannot be reached.');
  }
  if (response.ok) return response;
  const refused = await refusal(response);
  if (refused.status === 401 && !SAYING_WHO.test(path)) onSignedOut();
  throw refused;
}

/** The answer's JSON; undefined where there is no body. */
export async function ask<Answer>(path: string, asking: Asking = {}): Promise<Answer> {
  const text = await (await open(path, asking)).text();
  return (text ? JSON.parse(text) : undefined) as Answer;
}

/** Words for people about whatever was thrown. */
export function wordsFor(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : 'Something went wrong.';
}
