// Gives the focus to what has just appeared.

/** For `ref`: as it is always the same function, it is called once for an element, and not at every drawing. */
export const takeFocus = (element: HTMLElement | null): void => element?.focus();
