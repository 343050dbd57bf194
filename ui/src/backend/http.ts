/** The HTTP client that desktop and web share: the same routes, through `kinfolio://` or over the network. */
import { t, texts, type Said } from '../i18n/i18n';
import { BackendError, isAbort, messageOf, type SearchOptions } from './backend';
import type {
  Agreed,
  AgreedChange,
  AlikePage,
  Bounds,
  BucketState,
  Bulk,
  Card,
  Change,
  Counted,
  DayPlace,
  DeviceChange,
  Edited,
  EditState,
  ExportJob,
  Given,
  HistoryItem,
  ImportJob,
  Invitation,
  InvitationWish,
  Joined,
  LabelList,
  Ledger,
  MapView,
  Month,
  MonthDays,
  OwnField,
  Photo,
  Recovered,
  RecoveryKey,
  Restored,
  RestoreSource,
  Restoring,
  Row,
  SavedSearch,
  SearchPage,
  SearchResults,
  Suggestion,
  ThumbnailSize,
  Timeline,
  Undone,
  Uploaded,
  Which,
} from './types';

const API = '/api/v1';

export class HttpClient {
  timeline(): Promise<Timeline> {
    return this.get('/timeline');
  }

  month(month: string, from: number, limit: number): Promise<Month> {
    return this.get(`/timeline/${month}?from=${from}&limit=${limit}`);
  }

  async days(month: string, from: number, limit: number): Promise<readonly DayPlace[]> {
    const { days } = await this.get<MonthDays>(`/timeline/${month}/days?from=${from}&limit=${limit}`);
    return days;
  }

  photo(id: string): Promise<Photo> {
    return this.get(`/photos/${id}`);
  }

  thumbnailUrl(id: string, size: ThumbnailSize): string {
    return `${API}/photos/${id}/thumbnail?size=${size}`;
  }

  originalUrl(id: string): string {
    return `${API}/photos/${id}/original`;
  }

  async original(id: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<Blob> {
    const response = await answered(`/photos/${id}/original`, { signal });
    return whole(response, onProgress);
  }

  async search(query: string, options: SearchOptions): Promise<SearchPage> {
    const { limit, sort = 'newest' } = options;
    const parameters = new URLSearchParams({ q: query, limit: String(limit), sort });
    if (options.cursor) parameters.set('cursor', options.cursor);
    const found = await this.get<SearchResults>(`/search?${parameters}`, options.signal);
    const { next = null, facets = null } = found;
    return { ...found, next, facets, photos: found.photos.map(rowOf) };
  }

  async suggestions(typed: string, signal: AbortSignal): Promise<Suggestion[]> {
    const parameters = new URLSearchParams({ q: typed });
    const answer = await this.get<{ suggestions: Suggestion[] }>(`/suggestions?${parameters}`, signal);
    return answer.suggestions;
  }

  async searches(): Promise<SavedSearch[]> {
    const answer = await this.get<{ searches: SavedSearch[] }>('/searches');
    return answer.searches;
  }

  saveSearch(search: SavedSearch): Promise<EditState> {
    return this.define('POST', '/searches', search);
  }

  forgetSearch(name: string): Promise<EditState> {
    return this.define('DELETE', `/searches/${encodeURIComponent(name)}`);
  }

  map(bounds: Bounds, zoom: number, signal: AbortSignal): Promise<MapView> {
    const parameters = new URLSearchParams({ bbox: bounds.join(','), zoom: String(zoom) });
    return this.get(`/map?${parameters}`, signal);
  }

  edit(id: string, change: Change): Promise<Edited> {
    return this.send('PATCH', `/photos/${id}`, change);
  }

  editMany(which: Which, change: Change): Promise<Bulk> {
    return this.send('POST', '/edits', { ...which, change });
  }

  purge(which: Which, lastCopies: string[]): Promise<Bulk> {
    return this.send('POST', '/purge', { ...which, last_copies: lastCopies });
  }

  alike(skip: number, limit: number): Promise<AlikePage> {
    return this.get(`/alike?skip=${skip}&limit=${limit}`);
  }

  keepBest(keep: string, others: string[]): Promise<Bulk> {
    return this.send('POST', '/alike/keep', { keep, others });
  }

  async history(id: string): Promise<HistoryItem[]> {
    const answer = await this.get<{ entries: HistoryItem[] }>(`/photos/${id}/history`);
    return answer.entries;
  }

  undo(): Promise<Undone> {
    return this.send('POST', '/undo');
  }

  async labels(list: LabelList): Promise<Counted[]> {
    const answer = await this.get<Record<string, Counted[]>>(`/${list}`);
    return answer[list] ?? [];
  }

  makeLabel(list: LabelList, name: string): Promise<Bulk> {
    return this.send('POST', `/${list}`, { name });
  }

  renameLabel(list: LabelList, from: string, to: string): Promise<Bulk> {
    return this.send('PATCH', `/${list}/${encodeURIComponent(from)}`, { name: to });
  }

  removeLabel(list: LabelList, name: string): Promise<Bulk> {
    return this.send('DELETE', `/${list}/${encodeURIComponent(name)}`);
  }

  async places(): Promise<Counted[]> {
    const answer = await this.get<{ places: Counted[] }>('/places');
    return answer.places;
  }

  async fields(): Promise<OwnField[]> {
    const answer = await this.get<{ fields: OwnField[] }>('/fields');
    return answer.fields;
  }

  defineField({ name, type, choices }: OwnField, known: boolean): Promise<EditState> {
    if (!known) return this.define('POST', '/fields', { name, type, choices });
    return this.define('PATCH', `/fields/${encodeURIComponent(name)}`, { type, choices });
  }

  removeField(name: string): Promise<EditState> {
    return this.define('DELETE', `/fields/${encodeURIComponent(name)}`);
  }

  ledger(): Promise<Ledger> {
    return this.get('/ledger');
  }

  changeDevice(id: string, change: DeviceChange): Promise<EditState> {
    return this.define('PATCH', `/devices/${id}`, change);
  }

  removeDevice(id: string): Promise<EditState> {
    return this.define('DELETE', `/devices/${id}`);
  }

  recover(household: string): Promise<Recovered> {
    return this.send('POST', '/devices/recover', { household });
  }

  invite(wish: InvitationWish): Promise<Invitation> {
    return this.send('POST', '/invitations', {
      for_minutes: wish.minutes,
      observer: wish.observer,
      confirm: true,
    });
  }

  letIn(id: string, check_words: string): Promise<void> {
    return this.send('POST', `/invitations/${id}/let-in`, { check_words });
  }

  invitations(): Promise<Given[]> {
    return this.get('/invitations');
  }

  withdraw(id: string): Promise<void> {
    return this.send('DELETE', `/invitations/${id}`);
  }

  agreed(): Promise<Agreed> {
    return this.get('/household');
  }

  agree(change: AgreedChange): Promise<EditState> {
    return this.define('PATCH', '/household', change);
  }

  async bucket(): Promise<BucketState | null> {
    const { bucket } = await this.get<{ bucket?: BucketState | null }>('/tasks');
    return bucket ?? null;
  }

  recoveryKey(): Promise<RecoveryKey> {
    return this.get('/household/recovery-key');
  }

  saveRecoveryKey(path: string): Promise<void> {
    return this.send('POST', '/household/recovery-key/file', { path });
  }

  async imports(): Promise<ImportJob[]> {
    const answer = await this.get<{ imports: ImportJob[] }>('/imports');
    return answer.imports;
  }

  importJob(id: string): Promise<ImportJob> {
    return this.get(`/imports/${id}`);
  }

  cancelImport(id: string): Promise<ImportJob> {
    return this.send('DELETE', `/imports/${id}`);
  }

  startImport(paths: string[], tags: string[]): Promise<ImportJob> {
    return this.send('POST', '/imports', { paths, tags });
  }

  startExport(which: Which, to: string, template: string, sidecars: boolean): Promise<ExportJob> {
    return this.send('POST', '/exports', { ...which, to, template, sidecars });
  }

  exportJob(id: string): Promise<ExportJob> {
    return this.get(`/exports/${id}`);
  }

  cancelExport(id: string): Promise<ExportJob> {
    return this.send('DELETE', `/exports/${id}`);
  }

  upload(file: File, signal: AbortSignal): Promise<Uploaded> {
    const parameters = new URLSearchParams({ name: file.name });
    return request(`/files?${parameters}`, { method: 'POST', body: file, signal });
  }

  startHousehold(household: string, device: string): Promise<void> {
    return this.send('POST', '/household', { household, device });
  }

  joinHousehold(invitation: string, device: string): Promise<Joined> {
    return this.send('POST', '/household/join', { invitation, device });
  }

  async wordsToCompare(): Promise<string | null> {
    const { check_words } = await this.get<{ check_words: string | null }>('/household/join');
    return check_words;
  }

  stopJoining(): Promise<void> {
    return this.send('DELETE', '/household/join');
  }

  restoreHousehold(source: RestoreSource): Promise<Restored> {
    return this.send('POST', '/household/restore', source);
  }

  restoring(): Promise<Restoring> {
    return this.get('/household/restore');
  }

  stopRestoring(): Promise<void> {
    return this.send('DELETE', '/household/restore');
  }

  signIn(token: string): Promise<void> {
    return this.send('POST', '/session', { token });
  }

  private async define(method: string, path: string, body?: unknown): Promise<EditState> {
    const { state } = await this.send<{ state: EditState }>(method, path, body);
    return state;
  }

  private get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return request(path, signal ? { signal } : {});
  }

  private send<T>(method: string, path: string, body?: unknown): Promise<T> {
    if (body === undefined) return request(path, { method });
    return request(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }
}

/** A result as the grid draws it; a file of unknown size is drawn square. */
export function rowOf(card: Card): Row {
  const ratio = card.width > 0 && card.height > 0 ? card.width / card.height : 1;
  const { id, taken_at, thumbhash, kind, favorite, rating, state } = card;
  return { id, taken_at, thumbhash, kind, favorite, rating, state, ratio };
}

/** What the route answers; throws the problem that it tells of. */
export async function request<T>(path: string, init: RequestInit, root = API): Promise<T> {
  const text = await (await answered(path, init, root)).text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The answer as it begins, or the problem thrown. */
async function answered(path: string, init: RequestInit, root = API): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(root + path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (isAbort(error)) throw error;
    // The browser says no more than that it failed, in words of its own.
    throw new BackendError('unreachable', t('app.unreachable'));
  }
  if (!response.ok) throw await problem(response);
  return response;
}

/** Reads a body piece by piece. One that ends early came from a device that went away while it was sent. */
async function whole(response: Response, onProgress: (share: number) => void): Promise<Blob> {
  const type = response.headers.get('content-type') ?? '';
  const size = Number(response.headers.get('content-length'));
  const reader = response.body?.getReader();
  if (!reader) return response.blob();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let read = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      read += piece.value.byteLength;
      if (size > 0) onProgress(Math.min(1, read / size));
    }
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new BackendError('broken_off', messageOf(error));
  }
  if (read < size) throw new BackendError('broken_off', `${read} of ${size} bytes came`);
  return new Blob(pieces, { type });
}

/** Reads a problem document (RFC 9457); a gateway that is up before its backend counts as unreachable. */
async function problem(response: Response): Promise<BackendError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => null);
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (key: string): string | undefined => {
    const value = fields[key];
    return typeof value === 'string' ? value : undefined;
  };
  const code =
    text('code') ?? (status === 401 ? 'unauthorized' : status >= 502 ? 'unreachable' : `http_${status}`);
  const plain = code === 'unreachable' ? t('app.unreachable') : `${status} ${response.statusText}`;
  const words = text('detail') ?? text('title') ?? plain;
  const message = texts.problem(code, fields['said'] as Said | undefined, words);
  const at = fields['at'];
  return new BackendError(code, message, {
    status,
    ...(typeof at === 'number' ? { at } : {}),
    ...(text('device') ? { device: text('device') as string } : {}),
    restoring: fields['restoring'] === true,
  });
}
