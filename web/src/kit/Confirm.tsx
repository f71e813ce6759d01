// Asks before something that cannot be undone; the browser's own dialog keeps the focus and answers Escape.

import { useEffect, useRef } from 'preact/hooks';

interface Props {
  title: string;
  says: string;
  yes: string;
  onYes: () => void;
  onNo: () => void;
}

export function Confirm({ title, says, yes, onYes, onNo }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="confirm" aria-label={title} onClose={onNo}>
      <h2>{title}</h2>
      <p>{says}</p>
      <div class="row">
        <button type="button" class="button" onClick={onNo}>
          Cancel
        </button>
        <button type="button" class="button grave" onClick={onYes}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
