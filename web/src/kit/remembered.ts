// Small texts kept in this browser across visits; where the browser forbids that, they live as long as the page.

const fallback = new Map<string, string>();
const PREFIX = 'palaver.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return fallback.get(name) ?? null;
  }
}

/** Keeps `text` under `name`; an empty text forgets it. */
export function remember(name: string, text: string): void {
  try {
    if (text) localStorage.setItem(PREFIX + name, text);
    else localStorage.removeItem(PREFIX + name);
  } catch {
    fallback.set(name, text);
  }
}

/** Forgets everything but what is named: what somebody wrote is not the next one's to see. */
export function forgetAllBut(...kept: string[]): void {
  fallback.clear();
  try {
    const names = Object.keys(localStorage).filter(name => name.startsWith(PREFIX));
    for (const name of names) if (!kept.includes(name.slice(PREFIX.length))) localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
