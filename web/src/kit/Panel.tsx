// A panel at the edge of the page that is read and closed; the browser's own dialog keeps the focus inside.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { Icon } from './icons';

interface Props {
  title: string;
  onClose: () => void;
  /** Stands beside the title. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel({ title, onClose, actions, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const own = dialog.current;
    const before = document.activeElement;
    own?.showModal();
    return () => {
      own?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="panel"
      aria-label={title}
      onClose={onClose}
      onClick={event => event.target === event.currentTarget && onClose()}
      onKeyDown={event => {
        // The browser closes the dialog; the page behind it need not know.
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
      <div class="panel-inside">
        <header>
          <h2>{title}</h2>
          {actions}
          <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
