// Files that are dropped anywhere on the page go with what is being written; places of their own take theirs first.

import { useEffect, useState } from 'preact/hooks';

import { attach } from './attaching';

const bringsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** A dialog that is open hides the composer: what is dropped there does not go with the message. */
const hidden = (): boolean => document.querySelector('dialog[open]') !== null;

/** Whether files hang over the page now. */
export function useDropping(draft: string): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hang = (event: DragEvent) => {
      if (event.defaultPrevented || !bringsFiles(event)) return;
      event.preventDefault();
      setOver(!hidden());
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      if (event.defaultPrevented || !bringsFiles(event)) return;
      // Otherwise the browser would leave the page and open the file.
      event.preventDefault();
      if (!hidden()) attach(draft, event.dataTransfer?.files ?? []);
    };
    window.addEventListener('dragover', hang);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', hang);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [draft]);
  return over;
}
