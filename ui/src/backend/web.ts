/** The browser against a headless node: HTTP with a session cookie, server-sent events. */
import type { Backend } from './backend';
import { HttpClient } from './http';
import type { BackendEvent } from './types';

const KINDS = ['block', 'import', 'export', 'photos', 'devices'] as const;
const REOPEN_MS = 3000;

export class WebBackend extends HttpClient implements Backend {
  readonly desktop = null;

  subscribe(listener: (event: BackendEvent) => void): () => void {
    let source: EventSource;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    const connect = () => {
      source = new EventSource('/api/v1/events');
      for (const type of KINDS) {
        source.addEventListener(type, (message: MessageEvent<string>) => {
          listener({ ...(JSON.parse(message.data) as object), type } as BackendEvent);
        });
      }
      source.onopen = () => listener({ type: 'connection', open: true });
      source.onerror = () => {
        listener({ type: 'connection', open: false });
        // A browser tries again by itself after a lost connection, but not after a refusal.
        if (source.readyState === EventSource.CLOSED) reopen = setTimeout(connect, REOPEN_MS);
      };
    };
    connect();
    return () => {
      clearTimeout(reopen);
      source.close();
    };
  }
}
