// Services that help, with how to reach them; where nobody has confirmed one, it says so.

import { type Channel, linkOf, reachedBy } from '@/core/channels';
import type { HelpResource } from '@/core/messages';

const COSTS = { free: 'free', charged: 'costs as a call' } as const;

/** A code as the reader's own language calls it. */
function languageOf(code: string): string {
  return new Intl.DisplayNames(undefined, { type: 'language', fallback: 'code' }).of(code) ?? code;
}

function About({ one }: { one: HelpResource }) {
  const says = [one.hours, one.cost && COSTS[one.cost], one.languages.map(languageOf).join(', '), one.note];
  return <span class="hint">{says.filter(Boolean).join(' · ')}</span>;
}

function Reach({ channel }: { channel: Channel }) {
  const away = channel.kind === 'web' || channel.kind === 'chat' || channel.kind === 'whatsapp';
  return (
    <a class="button reach" href={linkOf(channel)} {...(away && { target: '_blank', rel: 'noopener noreferrer' })}>
      {reachedBy(channel)}
    </a>
  );
}

export function Helpers({ helpers }: { helpers: readonly HelpResource[] }) {
  return (
    <ul class="helpers" aria-label="Who can help">
      {helpers.map(one => (
        <li key={one.id}>
          <strong>{one.name}</strong>
          <About one={one} />
          <span class="row">
            {one.channels.map(channel => (
              <Reach key={`${channel.kind} ${channel.to}`} channel={channel} />
            ))}
          </span>
          <span class="hint">
            {one.confirmed ? 'Checked by a person. ' : 'Not yet confirmed by a person. '}
            <a href={one.source_url} target="_blank" rel="noopener noreferrer">
              Read on {one.verified_on} at its source
            </a>
          </span>
        </li>
      ))}
    </ul>
  );
}
