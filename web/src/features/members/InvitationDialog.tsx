// Asks somebody who came with an invitation whether they want to take part.

import { useEffect, useRef, useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';

import { accept, invited } from './invited';

const decline = () => {
  invited.value = null;
};

export function InvitationDialog({ secret, onJoined }: { secret: string; onJoined: (sessionId: string) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const join = async () => {
    setAsking(true);
    setError(null);
    try {
      onJoined((await accept(secret)).id);
    } catch (thrown) {
      setError(wordsFor(thrown));
      setAsking(false);
    }
  };
  return (
    <dialog ref={dialog} class="confirm" aria-label="Join a conversation?" onClose={decline}>
      <h2>Join a conversation?</h2>
      <p>You were invited to take part in it. Everybody there will see your name and whatever you write there.</p>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      <div class="row">
        <button type="button" class="button" onClick={decline}>
          {error ? 'Close' : 'Not now'}
        </button>
        <button type="button" class="button primary" disabled={asking} onClick={() => void join()}>
          Join
        </button>
      </div>
    </dialog>
  );
}
