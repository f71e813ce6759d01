// What somebody agrees to be done with their words and refuses; each purpose stops alone, and can be said anew.

import { consent, listConsents, wordsOf } from '@/core/care';
import { useLoaded } from '@/core/loaded';

import { Section } from './Section';

export function Consents() {
  const { found, trouble, absent, attempt } = useLoaded(listConsents);
  if (absent) return null;
  return (
    <Section title="Care" trouble={trouble}>
      <fieldset class="choices">
        <legend>What you agree to. You can change it whenever you like.</legend>
        {(found ?? []).map(one => (
          <label key={one.purpose} class="option">
            <input
              type="checkbox"
              checked={one.holds}
              onChange={event => {
                const box = event.currentTarget;
                void attempt(() => consent(one, box.checked)).then(done => done || (box.checked = one.holds));
              }}
            />
            {wordsOf(one)}
          </label>
        ))}
      </fieldset>
    </Section>
  );
}
