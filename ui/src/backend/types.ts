/**
 * What the API answers, as the UI reads it: names for the generated types, and the few shapes that are the UI's own.
 * Times are RFC 3339 with the camera's wall clock (offset `-00:00` where none is known), sizes bytes, positions
 * `[lat, lon]` in degrees, ids and hashes lower-case hex.
 */
import type { components } from '../generated/api';

type Schemas = components['schemas'];

export type Kind = Schemas['PhotoKind'];
export type EditState = Schemas['State'];
export type ThumbnailSize = 256 | 1080;

export type MonthCount = Schemas['MonthCount'];
export type Timeline = Schemas['Timeline'];
export type Month = Schemas['Month'];
export type MonthDays = Schemas['MonthDays'];
/** A day that one place stands for. */
export type DayPlace = Schemas['DayPlace'];
/** What a tile needs. `ratio` is width ÷ height as displayed; `thumbhash` is empty where there is no picture. */
export type Row = Schemas['Row'];

/** The part of a photo's record that this UI shows; `width` and `height` are pixels as displayed. */
export type Photo = Pick<
  Schemas['PhotoRecord'],
  | 'id'
  | 'name'
  | 'folder'
  | 'kind'
  | 'mime'
  | 'size'
  | 'width'
  | 'height'
  | 'taken_at'
  | 'taken_source'
  | 'taken_by_hand'
  | 'camera'
  | 'lens'
  | 'exposure'
  | 'position'
  | 'place'
  | 'altitude_m'
  | 'caption'
  | 'tags'
  | 'albums'
  | 'people'
  | 'fields'
  | 'rating'
  | 'favorite'
  | 'trashed'
  | 'state'
  | 'block'
  | 'conflicts'
  | 'warning'
  | 'thumbhash'
  | 'replicas'
  | 'added_by'
  | 'added_at'
  | 'purged'
  | 'exif'
>;
/** A device, or the bucket, that holds an original, and when its copy was last known to be right. */
export type Replica = Schemas['Replica'];

export type Change = Schemas['ChangeBody'];

/** One edit of a photo: who, when, on which device, and what it replaced without having seen it. */
export type Label = Schemas['MovedBody'];
export type HistoryItem = Schemas['HistoryItem'];
/** A field that devices set without having seen each other's value, with all of the values. */
export type Conflict = Schemas['ConflictBody'];
export type Written = Schemas['WrittenBody'];
export type Undone = Schemas['UndoDone'];

export interface Edited {
  state: EditState;
  height: number;
  photo: Photo;
}

/** One page of results, as rows for the grid. */
export interface SearchPage {
  total: number;
  photos: Row[];
  next: string | null;
  /** What all photos found have in common; with the first page only. */
  facets: Facets | null;
}
export type Facets = Schemas['FacetsBody'];
/** Newest first, or the best match. */
export type Sort = 'newest' | 'oldest' | 'relevance';
/** Something that the beginning of a word may mean. */
export type Suggestion = Schemas['SuggestionBody'];
export type SavedSearch = Schemas['SavedSearch'];

/** Photos to change: those named, or all that a query finds but for a few. */
export type Which = { ids: string[] } | { query: string; except?: string[] };
/** What became of a change of many photos, or of a label. */
export type Bulk = Schemas['EditsDone'];

/** A name and how many photos have it. */
export type Counted = Schemas['Counted'];
/** The lists of labels, as the API spells them. */
export type LabelList = 'tags' | 'albums' | 'people';
/** A field of the household's own. */
export type OwnField = Schemas['FieldBody'];

/** `[south, west, north, east]` in degrees; west greater than east crosses the date line. */
export type Bounds = [number, number, number, number];
export type Cluster = Schemas['ClusterBody'];
export type MapView = Schemas['MapBody'];

/** A photo as a list of results gives it. */
export type Card = Schemas['PhotoCard'];
/** Photos that look alike, the best first. */
export type AlikePage = Schemas['AlikeBody'];

export type SearchResults = Schemas['SearchResults'];

export type ImportState = Schemas['ImportState'];
export type Rejected = Schemas['Rejected'];
/**
 * One import, running or over. Events carry no `ids` (of what was added) and at most the last hundred `rejected`;
 * a finished job that is asked for by its id has all of them.
 */
export type ImportJob = Omit<Schemas['ImportJob'], 'code'>;

/** One export, running or over. */
export type ExportJob = Schemas['ExportJob'];

export type Ledger = Schemas['LedgerStatus'];
export type Member = Schemas['MemberBody'];
export type Role = Schemas['RoleBody'];
/** What changes about a device; what is absent stays as it is. */
export type DeviceChange = { name?: string; role?: Role; placement?: string };
export type InvitationWish = { minutes: number; observer: boolean };
/** An invitation with its secret, as it is answered once; `qr` is an SVG picture. */
export type Invitation = Schemas['InvitationMade'];
/** An invitation that this device gave, and what became of it. */
export type Given = Schemas['InvitationListed'];
/** What a device has joined. The route is there before the library is, so openapi.json does not describe it. */
export interface Joined {
  household: string;
  device: string;
  inviter: string;
  /** Words joined by hyphens, the same as on the inviter. */
  check_words: string;
  /** Whether somebody there has compared them before. */
  compared: boolean;
  role: string;
}
/** What the household has agreed upon: the same on all devices. */
export type Agreed = Schemas['HouseholdBody'];
/** What is to be agreed upon; what is absent stays as it is. */
export type AgreedChange = {
  bucket?: string | null;
  bucket_encrypted?: boolean;
  bucket_voter?: boolean;
  scrub_every?: string;
  prune_after?: string;
};
/** How this device gets on with the bucket. */
export type BucketState = Schemas['BucketBody'];
/** The recovery key with its QR code, an SVG picture. */
export type RecoveryKey = Schemas['RecoveryKeyBody'];
/** Where the ledger goes on after a majority was lost for good. */
export interface Recovered {
  epoch: string;
  height: number;
}
/** What to bring a household back from. These routes, too, are there before the library is. */
export type RestoreSource = { bucket: string; recovery_key: string; device: string };
export interface Restored {
  household: string;
  device: string;
  /** Other lines of the household's history in the bucket, in words. */
  others: string[];
}
/** How far a restoring is, in blocks of the ledger. */
export interface Restoring {
  running: boolean;
  blocks: number | null;
}
export type Uploaded = Pick<Schemas['Uploaded'], 'id' | 'status'>;

export type BackendEvent =
  | { type: 'block'; height: number; tip: string }
  | ({ type: 'import' } & ImportJob)
  | ({ type: 'export' } & ExportJob)
  | { type: 'photos'; height: number; ids?: string[] | null }
  | { type: 'devices'; members: number; reachable: number; quorum: boolean }
  /** The stream of events itself was lost or is back. */
  | { type: 'connection'; open: boolean };
