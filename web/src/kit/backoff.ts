// How long to wait before trying again; it does not wait itself.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Milliseconds before try number `attempt` (from 0): doubling, bounded, spread so that many clients do not return at once. */
export function backoff(attempt: number, random: number = Math.random()): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random / 2));
}
