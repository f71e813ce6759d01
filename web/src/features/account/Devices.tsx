// Where one is signed in: what each program called itself, and from where; each can be ended, and all others at once.

import { endDevice, endOtherDevices, listDevices } from '@/core/account';
import { useLoaded } from '@/core/loaded';
import { moment } from '@/kit/moment';

import { Section } from './Section';

const KNOWN = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari', 'curl', 'python'];

/** What a program calls itself, in one word where it is a browser; it is the program's own word. */
export const called = (agent: string): string => KNOWN.find(name => agent.includes(name)) ?? (agent || 'A program');

export function Devices() {
  const { found, trouble, absent, attempt } = useLoaded(listDevices);
  if (absent) return null;
  return (
    <Section title="Where you are signed in" trouble={trouble}>
      <ul class="entries" aria-label="Where you are signed in">
        {(found ?? []).map(one => (
          <li key={one.id} class="entry fact">
            <span class="about" title={one.agent}>
              {called(one.agent)}
              {one.current && <span class="soft"> (here)</span>}
              <span class="hint">
                {one.address || 'address unknown'} · {moment(one.last_used_at)}
              </span>
            </span>
            {!one.current && (
              <button
                type="button"
                class="button"
                aria-label={`End the sign-in of ${called(one.agent)}`}
                onClick={() => void attempt(() => endDevice(one.id))}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {(found ?? []).length > 1 && (
        <button type="button" class="button alone" onClick={() => void attempt(endOtherDevices)}>
          Sign out everywhere else
        </button>
      )}
    </Section>
  );
}
