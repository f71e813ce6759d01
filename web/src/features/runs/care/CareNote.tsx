// Who can help, calmly, before an answer; it says nothing about the person.

import type { HelpResource } from '@/core/messages';

import { Called } from './Called';
import { Helpers } from './Helpers';

const FIRST = 3;

interface CareNoteProps {
  says: string;
  helpers: readonly HelpResource[];
  called: string | null;
}

export function CareNote({ says, helpers, called }: CareNoteProps) {
  const [shown, rest] = [helpers.slice(0, FIRST), helpers.slice(FIRST)];
  return (
    <div class="care-note" role="note" aria-label="People who can help">
      {says && <p>{says}</p>}
      <Helpers helpers={shown} />
      {rest.length > 0 && (
        <details>
          <summary>More people who can help</summary>
          <Helpers helpers={rest} />
        </details>
      )}
      {called && <Called id={called} />}
    </div>
  );
}
