/**
 * What the API answers, as the UI reads it. Times are RFC 3339 with the camera's wall clock (offset `-00:00` where
 * none is known), sizes bytes, positions `[lat, lon]` in degrees, ids and hashes lower-case hex.
 */
export type Kind = 'photo' | 'raw' | 'video' | 'file';
export type EditState = 'committed' | 'pending';
export type TakenSource = 'exif_original' | 'exif_digitized' | 'gps' | 'file_name' | 'file_time';
export type ThumbnailSize = 256 | 1080;

export interface MonthCount {
  month: string;
  count: number;
}

export interface Timeline {
  total: number;
  height: number;
  months: MonthCount[];
}

/** What a tile needs. `ratio` is width ÷ height as displayed; `thumbhash` is base64, empty where there is no picture. */
export interface Row {
  id: string;
  taken_at: string;
  ratio: number;
  thumbhash: string;
  kind: Kind;
  favorite: boolean;
  rating: number;
  state: EditState;
  name?: string;
}

export interface Month {
  month: string;
  height: number;
  rows: Row[];
}

export interface Exposure {
  iso?: number | null;
  f_number?: number | null;
  exposure_time_s?: number | null;
  focal_length_mm?: number | null;
}

export interface Photo {
  id: string;
  name: string;
  folder: string;
  kind: Kind;
  mime: string;
  size: number;
  width: number;
  height: number;
  taken_at: string;
  taken_source: TakenSource;
  camera: string;
  lens: string;
  exposure: Exposure;
  position: [number, number] | null;
  altitude_m: number | null;
  caption: string;
  tags: string[];
  rating: number;
  favorite: boolean;
  trashed: boolean;
  state: EditState;
  block: number | null;
  warning: string | null;
  thumbhash: string;
}

export interface Change {
  add_tags?: string[];
  remove_tags?: string[];
  caption?: string;
}

export interface Edited {
  state: EditState;
  height: number | null;
  photo: Photo;
}

export interface SearchPage {
  total: number;
  took_ms: number;
  photos: Row[];
  next: string | null;
}

export type ImportState = 'scanning' | 'running' | 'done' | 'cancelled' | 'failed';

export interface Rejected {
  path: string;
  reason: string;
}

/** One import, running or over. `ids` (what was added) comes only with a finished job that is asked for by its id. */
export interface ImportJob {
  id: string;
  state: ImportState;
  found: number;
  processed: number;
  added: number;
  duplicate: number;
  rejected: Rejected[];
  bytes: number;
  seconds: number;
  current: string | null;
  error: string | null;
  paths: string[];
  ids?: string[];
}

export interface Member {
  id: string;
  name: string;
  role: string;
  reachable: boolean;
  height: number;
  tip: string;
}

export interface Ledger {
  household: string;
  device: { id: string; name: string; role: string };
  height: number;
  tip: string;
  pending: number;
  quorum: boolean;
  photos: number;
  members: Member[];
}

export interface TagCount {
  name: string;
  count: number;
}

export interface Uploaded {
  id: string;
  status: 'added' | 'duplicate';
}

export type BackendEvent =
  | { type: 'block'; height: number; tip: string }
  | ({ type: 'import' } & ImportJob)
  | { type: 'photos'; height: number; ids: string[] | null }
  | { type: 'connection'; open: boolean };
