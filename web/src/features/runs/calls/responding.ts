// The state of a card that waits for an answer: sent once, expired, answered elsewhere. It shows nothing.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { Verdict } from '@/core/acting';
import type { Hands } from '@/features/runs/hands';

/** open: may be answered. sending: an answer is on its way. The others are ends. */
export type Stage = 'open' | 'sending' | 'taken' | 'elsewhere' | 'expired';

export interface Responding {
  stage: Stage;
  error: string | null;
  send(verdict: Verdict): void;
}

// Longer spans than this are no timer's business in browsers.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function useResponding(hands: Hands, runId: string, expiresAt: string | null): Responding {
  const [stage, setStage] = useState<Stage>('open');
  const [error, setError] = useState<string | null>(null);
  // State arrives a frame later than a second click may.
  const sent = useRef(false);

  useEffect(() => {
    if (!expiresAt) return;
    const left = Date.parse(expiresAt) - Date.now();
    if (Number.isNaN(left) || left > LONGEST_TIMER_MS) return;
    const timer = setTimeout(() => setStage(now => (now === 'open' ? 'expired' : now)), Math.max(0, left));
    return () => clearTimeout(timer);
  }, [expiresAt]);

  const send = (verdict: Verdict): void => {
    if (sent.current || stage !== 'open') return;
    sent.current = true;
    setStage('sending');
    setError(null);
    void hands.respond(runId, verdict).then(reply => {
      if (reply.kind !== 'failed') return setStage(reply.kind);
      sent.current = false;
      setError(reply.says);
      setStage('open');
    });
  };

  return { stage, error, send };
}

export const STAGE_SAYS: Record<Stage, string | null> = {
  open: null,
  sending: 'Sending…',
  taken: 'Sent.',
  elsewhere: 'Answered on another device.',
  expired: 'This has expired: it counts as a no.',
};
