// Brings files into a session's workspace, and tells how far it is; it decides nothing about names that are there.

import { fileAddress } from './acting';
import { Refusal } from './request';

export type OnConflict = 'replace' | 'keep_both' | 'refuse';

export interface Brought {
  sessionId: string;
  file: File;
  onConflict: OnConflict;
}

function refusalOf(request: XMLHttpRequest): Refusal {
  const problem = (request.response ?? {}) as Record<string, unknown>;
  const { detail, title, code } = problem;
  const says = [detail, title].find(one => typeof one === 'string' && one !== '');
  return new Refusal(
    request.status,
    typeof code === 'string' ? code : 'internal',
    typeof says === 'string' ? says : `The server answered ${request.status}.`,
    request.getResponseHeader('x-request-id'),
  );
}

/** Sends one file; only this way of asking tells how much has been sent. */
export function putFile({ sessionId, file, onConflict }: Brought, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `${fileAddress(sessionId, file.name)}?on_conflict=${onConflict}`);
    request.responseType = 'json';
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onProgress(loaded / total);
    request.onload = () => (request.status < 300 ? resolve() : reject(refusalOf(request)));
    request.onerror = () => reject(new Refusal(0, 'unreachable', 'The upload broke off. Nothing was kept of it.'));
    request.send(file);
  });
}
