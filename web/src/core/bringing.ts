// Brings files into a session's workspace, and tells how far it is; it decides nothing about names that are there.

import { filePath } from './acting';
import { send } from './sending';

export type OnConflict = 'replace' | 'keep_both' | 'refuse';

export interface Brought {
  sessionId: string;
  file: File;
  onConflict: OnConflict;
}

/** Sends one file. */
export const putFile = ({ sessionId, file, onConflict }: Brought, onProgress: (share: number) => void): Promise<void> =>
  send<void>(
    {
      method: 'PUT',
      path: `${filePath(sessionId, file.name)}?on_conflict=${onConflict}`,
      body: file,
      type: 'application/octet-stream',
    },
    onProgress,
  );
