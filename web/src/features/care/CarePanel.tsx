// How much of care there is in a conversation: one profile is chosen, with what a companion needs somebody's yes for.

import { useEffect, useRef, useState } from 'preact/hooks';

import { consent, listConsents, readSessionCare, setSessionCare, wordsOf } from '@/core/care';
import { useLoaded } from '@/core/loaded';
import { Panel } from '@/kit/Panel';

import { askedBy, offers, type Profile } from './profiles';

export function CarePanel({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const { found, trouble, absent, attempt } = useLoaded(() => readSessionCare(sessionId));
  const [chosen, setChosen] = useState<Profile | null>(null);
  const [said, setSaid] = useState('');
  // What was refused is not chosen: the server says what holds.
  useEffect(() => setChosen(found?.profile ?? null), [found]);
  // The button goes away under whoever presses it.
  const choices = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) choices.current?.querySelector<HTMLElement>('input:checked')?.focus();
  }, [found, chosen]);
  const choose = async (profile: Profile | null) => {
    setChosen(profile);
    setSaid('');
    const done = await attempt(() => setSessionCare(sessionId, profile));
    if (!done) setChosen(found?.profile ?? null);
    else setSaid('Saved. It counts from the next message on.');
  };
  return (
    <Panel title="Care in this conversation" onClose={onClose}>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {absent && <p class="hint">This cannot be chosen here.</p>}
      {found && (
        <fieldset class="choices" ref={choices}>
          <legend>What is done when somebody is not well</legend>
          {offers(found).map(({ profile, says, what, refused }) => (
            <label key={profile} class="option">
              <input
                type="radio"
                name="care"
                disabled={refused !== null && profile !== found.profile}
                checked={profile === chosen}
                onChange={() => void choose(profile)}
              />
              <span>
                {says}
                <span class="hint">{what}</span>
                {refused && <span class="hint">{refused}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {found?.profile === 'companion' && <Agreed />}
      {found?.own && (
        <button type="button" class="button" onClick={() => void choose(null)}>
          Let it follow the server
        </button>
      )}
      <p class="hint" role="status">
        {said}
      </p>
    </Panel>
  );
}

function Agreed() {
  const { found, trouble, attempt } = useLoaded(listConsents);
  return (
    <fieldset class="choices">
      <legend>What you agree to, here and in your other conversations</legend>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      {askedBy('companion', found ?? []).map(one => (
        <label key={one.purpose} class="option">
          <input
            type="checkbox"
            checked={one.holds}
            onChange={event => {
              const box = event.currentTarget;
              void attempt(() => consent(one, box.checked)).then(done => done || (box.checked = one.holds));
            }}
          />
          <span>{wordsOf(one)}</span>
        </label>
      ))}
    </fieldset>
  );
}
