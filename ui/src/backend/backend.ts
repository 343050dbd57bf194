/**
 * The one door between the UI and the library. Components and state know this interface only; which of desktop, web
 * or memory stands behind it is decided once, in `main.ts`.
 */
import type { Shell } from './shell';
import type {
  Agreed,
  AgreedChange,
  AlikePage,
  BackendEvent,
  Bounds,
  BucketState,
  Bulk,
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
  OwnField,
  Photo,
  Recovered,
  RecoveryKey,
  Restored,
  RestoreSource,
  Restoring,
  SavedSearch,
  SearchPage,
  Sort,
  Suggestion,
  ThumbnailSize,
  Timeline,
  Undone,
  Uploaded,
  Which,
} from './types';

export interface SearchOptions {
  limit: number;
  cursor?: string | null;
  /** Newest first unless told. */
  sort?: Sort;
  signal?: AbortSignal;
}

/** Files held over the window or let go on it, as the desktop reports them. */
export type NativeDrop =
  | { type: 'enter'; paths: string[] }
  | { type: 'over' }
  | { type: 'drop'; paths: string[] }
  | { type: 'leave' };

/** What only the desktop can do: it knows paths, so that files are imported where they lie. */
export interface Desktop {
  /** Null when the person closed the chooser. */
  chooseFolder(title: string): Promise<string | null>;
  chooseFiles(title: string): Promise<string[]>;
  /** Answers how to stop listening. */
  onNativeDrop(listener: (drop: NativeDrop) => void): () => void;
  startImport(paths: string[], tags: string[]): Promise<ImportJob>;
  /** Writes originals below a folder; the template says where there. */
  startExport(which: Which, to: string, template: string, sidecars: boolean): Promise<ExportJob>;
  /** Makes the library of a new household on this device and opens it. */
  startHousehold(household: string, device: string): Promise<void>;
  /** Makes this device a member of the household that gave the invitation, once somebody there lets it in. */
  joinHousehold(invitation: string, device: string): Promise<Joined>;
  /** Check words, joined by hyphens, while somebody has to compare them before the joining goes on. */
  wordsToCompare(): Promise<string | null>;
  stopJoining(): Promise<void>;
  /** Makes this device's library from the household's bucket; takes as long as all of its originals take. */
  restoreHousehold(source: RestoreSource): Promise<Restored>;
  /** How far that is. */
  restoring(): Promise<Restoring>;
  /** Ends it; what has come stays, and is used when it is done again. */
  stopRestoring(): Promise<void>;
  /** Asks where to save a file of this name; null when the person closed the chooser. */
  chooseSave(title: string, name: string): Promise<string | null>;
  /** Writes the recovery key into the file at `path`. */
  saveRecoveryKey(path: string): Promise<void>;
  /** The window, and what the platform shows of the app beside it. */
  readonly shell: Shell;
}

export interface Backend {
  /** Null in the browser. */
  readonly desktop: Desktop | null;

  timeline(): Promise<Timeline>;
  /** Rows of a month, newest first: `limit` of them, `from` passed over. */
  month(month: string, from: number, limit: number): Promise<Month>;
  /** The days of the same photos that one place stands for. */
  days(month: string, from: number, limit: number): Promise<readonly DayPlace[]>;
  photo(id: string): Promise<Photo>;
  thumbnailUrl(id: string, size: ThumbnailSize): string;
  originalUrl(id: string): string;
  /**
   * The whole original, wherever it has to come from; `onProgress` is told which share of it is here. Throws
   * `original_unreachable` where no device that holds it is within reach.
   */
  original(id: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<Blob>;
  search(query: string, options: SearchOptions): Promise<SearchPage>;
  /** What the beginning of a word may mean, what most photos have first. */
  suggestions(typed: string, signal: AbortSignal): Promise<Suggestion[]>;
  searches(): Promise<SavedSearch[]>;
  saveSearch(search: SavedSearch): Promise<EditState>;
  forgetSearch(name: string): Promise<EditState>;
  /** What lies within the bounds at a zoom of web maps (0 to 20), close photos together. */
  map(bounds: Bounds, zoom: number, signal: AbortSignal): Promise<MapView>;
  edit(id: string, change: Change): Promise<Edited>;
  /** One edit of up to 100,000 photos, of all or none of them; one undo takes it back. */
  editMany(which: Which, change: Change): Promise<Bulk>;
  /** Deletes the originals of photos in the trash everywhere; `lastCopies` may go though no other copy is known. */
  purge(which: Which, lastCopies: string[]): Promise<Bulk>;
  /** Photos that look alike, the largest groups first. */
  alike(skip: number, limit: number): Promise<AlikePage>;
  /** Gives `keep` what the others have, and puts those into the trash. */
  keepBest(keep: string, others: string[]): Promise<Bulk>;
  /** Every edit of a photo, the oldest first. */
  history(id: string): Promise<HistoryItem[]>;
  /** Takes back this device's last action in the whole household; `nothing_to_undo` when there is none. */
  undo(): Promise<Undone>;
  labels(list: LabelList): Promise<Counted[]>;
  makeLabel(list: LabelList, name: string): Promise<Bulk>;
  /** Where there is a label of the new name, the two become one. */
  renameLabel(list: LabelList, from: string, to: string): Promise<Bulk>;
  removeLabel(list: LabelList, name: string): Promise<Bulk>;
  places(): Promise<Counted[]>;
  fields(): Promise<OwnField[]>;
  /** Makes a field of the household's own, or changes what may stand in one. */
  defineField(field: OwnField, known: boolean): Promise<EditState>;
  removeField(name: string): Promise<EditState>;
  ledger(): Promise<Ledger>;

  /** `pending` while too few devices are within reach to agree on it; the same goes for a removal. */
  changeDevice(id: string, change: DeviceChange): Promise<EditState>;
  removeDevice(id: string): Promise<EditState>;
  /** Goes on without a majority that is lost for good; `household` is its name, as a person typed it. */
  recover(household: string): Promise<Recovered>;
  invite(wish: InvitationWish): Promise<Invitation>;
  invitations(): Promise<Given[]>;
  /** Lets in who asks with an invitation and shows these check words. */
  letIn(id: string, checkWords: string): Promise<void>;
  /** Takes an invitation back with which nobody was let in; who waits to be is told no. */
  withdraw(id: string): Promise<void>;

  agreed(): Promise<Agreed>;
  /** `pending` while too few devices are within reach to agree on it. */
  agree(change: AgreedChange): Promise<EditState>;
  /** Null where no bucket is set. */
  bucket(): Promise<BucketState | null>;
  /** `not_this_machine` where the page is shown on another one. */
  recoveryKey(): Promise<RecoveryKey>;

  imports(): Promise<ImportJob[]>;
  importJob(id: string): Promise<ImportJob>;
  cancelImport(id: string): Promise<ImportJob>;
  exportJob(id: string): Promise<ExportJob>;
  cancelExport(id: string): Promise<ExportJob>;
  /** Stores one file's bytes; for the browser, which knows no paths. */
  upload(file: File, signal: AbortSignal): Promise<Uploaded>;

  /** Trades the API token for a session cookie. */
  signIn(token: string): Promise<void>;
  /** Answers how to stop listening. */
  subscribe(listener: (event: BackendEvent) => void): () => void;
}

/** `unreachable`: no answer at all. Every other code is the problem document's own, or `http_<status>` without one. */
export class BackendError extends Error {
  readonly code: string;
  readonly status: number;
  /** Position in the query, in characters, of a `bad_query`. */
  readonly at: number | null;
  /** Name suggested for this device, with `no_library`. */
  readonly device: string | null;
  /** Whether a restoring was begun here and did not come to its end, with `no_library`. */
  readonly restoring: boolean;

  constructor(
    code: string,
    message: string,
    more: { status?: number; at?: number; device?: string; restoring?: boolean } = {},
  ) {
    super(message);
    this.name = 'BackendError';
    this.code = code;
    this.status = more.status ?? 0;
    this.at = more.at ?? null;
    this.device = more.device ?? null;
    this.restoring = more.restoring ?? false;
  }
}

/** The code of whatever was thrown, so that callers need no `instanceof` of their own. */
export function codeOf(error: unknown): string {
  return error instanceof BackendError ? error.code : 'unexpected';
}

/** What was asked for is not there, or no longer, as this API says it, or a server in front of it. */
export function isGone(error: unknown): boolean {
  return ['photo_unknown', 'not_found', 'http_404', 'http_410'].includes(codeOf(error));
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** What went wrong, in the backend's words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
