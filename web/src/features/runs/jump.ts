// Goes to a message on the page; it decides nothing about which.

/** Brings the message into sight, and gives it the focus, so that one reads on from there. */
export function jumpTo(messageId: string): void {
  const target = document.getElementById(`at-${messageId}`);
  if (!target) return;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'center' });
}
