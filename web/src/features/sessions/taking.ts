// Takes sessions away as files: the browser fetches and keeps them; the page only says which.

export type Form = 'json' | 'markdown' | 'zip';

/** Lets the browser download what is at this address, under the name that the server gives it. */
function download(address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}

export const takeSession = (sessionId: string, form: Form): void =>
  download(`/api/v1/sessions/${sessionId}/export?format=${form}`);

export const takeEverything = (): void => download('/api/v1/export');
