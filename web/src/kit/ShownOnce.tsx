// A secret that was just made: shown this once, with a button that copies it; it is kept nowhere.

import { useState } from 'preact/hooks';

import { copyText } from './clipboard';
import { Icon } from './icons';

interface Props {
  says: string;
  words: string;
  onKept: () => void;
}

export function ShownOnce({ says, words, onKept }: Props) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="entry entry-inside" role="status">
      <p>
        {says} <strong>It is shown this once.</strong>
      </p>
      <p class="said-so">{words}</p>
      <div class="row">
        <button type="button" class="button" onClick={() => void copyText(words).then(setCopied)}>
          <Icon name={copied ? 'check' : 'copy'} size={16} />
          {copied ? 'Copied' : 'Copy'}
        </button>
        <button type="button" class="button" onClick={onKept}>
          I have kept it
        </button>
      </div>
    </div>
  );
}
