// What a model sees: the next call of a session, or the one that an answer was based on; and the button that sums up.

import { useEffect, useRef, useState } from 'preact/hooks';

import { contextBehind, contextOf, type Manifest } from '@/core/context';
import { wordsFor } from '@/core/request';
import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';

import { type Fact, factsOf, fullness, marksOf, type Share, sharesOf } from './words';

interface Props {
  sessionId: string;
  /** The answer it is about; null: the next call. */
  messageId: string | null;
  /** Whether the session answers now. */
  busy: boolean;
  nameOf: (model: string | null) => string;
  onJump: (messageId: string) => void;
  onSumUp: (focus: string) => void;
  onClose: () => void;
}

const LONGEST_FOCUS = 500;

function Gauge({ manifest, shares }: { manifest: Manifest; shares: readonly Share[] }) {
  const told = shares.reduce((sum, share) => sum + share.tokens, 0);
  const free = Math.max(0, (manifest.window ?? told) - told);
  return (
    <>
      <p class="fullness">{fullness(manifest)}</p>
      <div class="gauge" aria-hidden="true">
        {shares.map(share => (
          <span key={share.part} data-part={share.part} style={{ flexGrow: share.tokens }} />
        ))}
        <span class="free" style={{ flexGrow: free }} />
      </div>
      <table class="shares">
        <caption class="visually-hidden">Tokens by part</caption>
        <tbody>
          {shares.map(share => (
            <tr key={share.part}>
              <th scope="row">
                <i data-part={share.part} aria-hidden="true" />
                {share.says}
              </th>
              <td>{share.tokens.toLocaleString()}</td>
            </tr>
          ))}
          {manifest.window && (
            <tr>
              <th scope="row">
                <i class="free" aria-hidden="true" />
                Still free
              </th>
              <td>{free.toLocaleString()}</td>
            </tr>
          )}
        </tbody>
      </table>
    </>
  );
}

const placeSays = (number: number, count: number): string => {
  if (count === 1) return 'show';
  if (number === 0) return 'first';
  return number === count - 1 ? 'last' : String(number + 1);
};

function Facts({ facts, onJump }: { facts: readonly Fact[]; onJump: (messageId: string) => void }) {
  return (
    <dl class="facts">
      {facts.map(({ about, says, messages = [] }, place) => (
        <div key={place}>
          <dt>{about}</dt>
          <dd>
            {says}
            {messages.map((id, number) => (
              <button key={id} type="button" class="link" onClick={() => onJump(id)}>
                {placeSays(number, messages.length)}
                <span class="visually-hidden">: {about}</span>
              </button>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function SumUp({ busy, onSumUp }: { busy: boolean; onSumUp: (focus: string) => void }) {
  return (
    <form
      class="sum-up"
      onSubmit={event => {
        event.preventDefault();
        onSumUp(String(new FormData(event.currentTarget).get('focus') ?? '').trim());
      }}
    >
      <h3>Sum up earlier messages</h3>
      <p class="hint">
        The model is told a summary instead of them, which leaves room. All messages remain, the last two questions and
        answers stay whole, and it can be undone.
      </p>
      <label>
        <span>
          Above all about <span class="hint">(optional)</span>
        </span>
        <input type="text" name="focus" maxLength={LONGEST_FOCUS} autocomplete="off" />
      </label>
      <button class="button" disabled={busy}>
        <Icon name="fold" size={16} />
        Sum up
      </button>
    </form>
  );
}

export function ContextPanel({ sessionId, messageId, busy, nameOf, onJump, onSumUp, onClose }: Props) {
  const [manifest, setManifest] = useState<Manifest | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    (messageId ? contextBehind(messageId) : contextOf(sessionId)).then(
      found => gone || setManifest(found),
      (thrown: unknown) => gone || setTrouble(wordsFor(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [sessionId, messageId]);
  const next = useRef<(() => void) | null>(null);
  // The panel gives the focus back when it goes; only then may it go elsewhere.
  useEffect(() => () => queueMicrotask(() => next.current?.()), []);
  const leaveTo = (then: () => void) => {
    next.current = then;
    onClose();
  };
  const shares = manifest ? sharesOf(manifest) : [];
  return (
    <Panel title={messageId ? 'What it was based on' : 'What the model sees next'} onClose={onClose}>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {!manifest && !trouble && <p class="hint">Looking…</p>}
      {manifest && (
        <>
          <Gauge manifest={manifest} shares={shares} />
          <Facts facts={factsOf(manifest, nameOf)} onJump={id => leaveTo(() => onJump(id))} />
          <details class="marks">
            <summary>Ids and hashes</summary>
            <Facts facts={marksOf(manifest)} onJump={onJump} />
          </details>
        </>
      )}
      {!messageId && <SumUp busy={busy} onSumUp={focus => leaveTo(() => onSumUp(focus))} />}
    </Panel>
  );
}
