// The endpoint that sessions are brought by; nothing is cached here.

import { send } from './sending';

export interface ImportedSession {
  id: string;
  title: string | null;
  form: string;
  message_count: number;
}

/** What a file brought. `items` names the first thousand; `notes` say what could not be kept. */
export interface Imported {
  sessions: number;
  messages: number;
  files: number;
  items: ImportedSession[];
  notes: string[];
  projects?: number;
}

/** As the server tells them apart: a zip by its name, everything else is JSON or refused. */
const typeOf = ({ name, type }: File): string =>
  /\.zip$/i.test(name) || type.includes('zip') ? 'application/zip' : 'application/json';

export const importSessions = (file: File, onProgress: (share: number) => void): Promise<Imported> =>
  send<Imported>({ method: 'POST', path: '/sessions/import', body: file, type: typeOf(file) }, onProgress);
