// Sends bytes to the server and tells how far it is; only this way of asking tells how much has been sent.

import { problemOf, Refusal } from './request';

export interface Sent {
  method: 'PUT' | 'POST';
  /** Below the API's root. */
  path: string;
  body: File | FormData;
  /** What the body is; a form says it by itself. */
  type?: string;
  signal?: AbortSignal | undefined;
}

function refusalOf(request: XMLHttpRequest): Refusal {
  return problemOf(request.status, request.response, request.getResponseHeader('x-request-id'));
}

/** The answer's JSON. `onProgress` hears the share that was sent, from 0 to 1. */
export function send<Answer>(
  { method, path, body, type, signal }: Sent,
  onProgress: (share: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, `/api/v1${path}`);
    request.responseType = 'json';
    request.setRequestHeader('accept', 'application/json');
    if (type) request.setRequestHeader('content-type', type);
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onProgress(loaded / total);
    request.onload = () => (request.status < 300 ? resolve(request.response as Answer) : reject(refusalOf(request)));
    request.onerror = () => reject(new Refusal(0, 'unreachable', 'The upload broke off. Nothing was kept of it.'));
    request.onabort = () => reject(new Refusal(0, 'unreachable', 'The upload was given up.'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}
