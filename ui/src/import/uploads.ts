/** Importing from a browser, which knows no paths: files are read out of what was dropped and sent one by one. */
import { codeOf, isAbort, messageOf, type Backend } from '../backend/backend';
import { t } from '../i18n/i18n';
import type { ImportJob, Rejected, Uploaded } from '../backend/types';

/** A file and where it lay in what was dropped. */
export interface Found {
  path: string;
  file: File;
}

/** Sent at a time: the node decodes on all its cores, the line between is rarely the faster one. */
const CONCURRENCY = 3;

/** The files among dropped things, folders walked to their end. Call within the drop event: the list is gone after it. */
export function collect(transfer: DataTransfer): Promise<Found[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return Promise.resolve(fromList(transfer.files));
  return Promise.all(entries.map((entry) => walk(entry))).then((lists) => lists.flat());
}

/** The files of a file input; a folder input says where each lay. */
export function fromList(files: Iterable<File>): Found[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Sends files and tells of each step; an upload is a job like any other, only that it runs here. */
export async function uploadAll(
  backend: Backend,
  id: string,
  found: readonly Found[],
  signal: AbortSignal,
  report: (job: ImportJob) => void,
): Promise<void> {
  const began = performance.now();
  const job: ImportJob = {
    id,
    state: 'running',
    found: found.length,
    processed: 0,
    added: 0,
    duplicate: 0,
    trashed: 0,
    rejected_count: 0,
    warned_count: 0,
    warned: [],
    rejected: [],
    bytes: 0,
    seconds: 0,
    current: null,
    error: null,
    paths: [],
    ids: [],
  };
  const tell = (change: Partial<ImportJob>) => {
    Object.assign(job, change, { seconds: (performance.now() - began) / 1000 });
    report({ ...job, rejected: [...job.rejected], ids: [...job.ids] });
  };
  const queue = [...found];
  const worker = async () => {
    for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
      tell({ current: next.file.name });
      const outcome = await uploadOne(backend, next, signal);
      if (outcome === null) return;
      if ('reason' in outcome) job.rejected_count = job.rejected.push(outcome);
      else job[outcome.status] += 1;
      if ('status' in outcome && outcome.status === 'added') job.ids.push(outcome.id);
      tell({ processed: job.processed + 1, bytes: job.bytes + next.file.size });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  tell({ state: signal.aborted ? 'cancelled' : 'done', current: null });
}

/** What became of one file; null when the upload was cancelled under it. */
async function uploadOne(
  backend: Backend,
  { path, file }: Found,
  signal: AbortSignal,
): Promise<Uploaded | Rejected | null> {
  try {
    return await backend.upload(file, signal);
  } catch (error) {
    return isAbort(error) ? null : { path, reason: why(error) };
  }
}

async function walk(entry: FileSystemEntry): Promise<Found[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) {
    const file = await new Promise<File>((done, failed) => entry.file(done, failed));
    return [{ path, file }];
  }
  if (!isFolder(entry)) return [];
  const found: Found[] = [];
  const reader = entry.createReader();
  // A reader hands out a hundred entries at a time and none when it is done.
  for (;;) {
    const children = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (children.length === 0) return found;
    for (const child of children) found.push(...(await walk(child)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function why(error: unknown): string {
  return codeOf(error) === 'empty_file' ? t('import.empty') : messageOf(error);
}
