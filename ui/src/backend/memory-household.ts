/** The household of the library in memory: devices that a test turns off, lets in and sets behind. */
import { BackendError } from './backend';
import type {
  Agreed,
  AgreedChange,
  BackendEvent,
  BucketState,
  DeviceChange,
  EditState,
  Given,
  Invitation,
  InvitationWish,
  Joined,
  Ledger,
  Member,
  Photo,
  RecoveryKey,
  Replica,
  Restored,
  RestoreSource,
  Restoring,
} from './types';

/** The second to the last are what names can be: plain, long, emoji, right to left. */
const NAMES = [
  'Study PC',
  'Kitchen laptop',
  'Grandma’s mini PC in the cupboard under the stairs, the one that must never be switched off. '.repeat(2),
  '📷🏡 Family 👨‍👩‍👧‍👦',
  'حاسوب المكتب',
  'Attic server',
  'Ben’s notebook',
  'Anna’s tablet',
  'Living room',
  'Workshop',
];

const WORDS = 'october-spell-oxygen';
const KEY = 'kinfolio-key1qqqqwrs4rs3j5vfc8ary64zmvf5hqam7skxf8x4p4zhmd0wye0fdj7regk8';

type Kept = Member & { behind: number };

export class MemoryHousehold {
  /** Edits of this device that the others do not have. */
  pending = 0;
  /** Milliseconds that an original takes to come from another device. */
  carriedMs = 0;
  /** Originals that are on other devices only, by what is asked for; a test may say which. */
  elsewhere: ((seed: number) => boolean) | null = null;
  standing = 'good';
  /** Originals that are still to come here. */
  coming: number | null = 0;
  /** Set to make the next changes, invitations and joinings fail. */
  fault: BackendError | null = null;

  /** How the bucket answers once one is set. */
  bucket: Partial<BucketState> = { blocks: 38, blocks_behind: 0, originals: 1204 };
  /** What the bucket that is set holds already. */
  bucketHolds: 'empty' | 'plain' | 'encrypted' = 'empty';
  /** Whether newcomers wait until somebody has compared the check words. */
  confirm = true;
  /** Set while this device waits for somebody at the inviter. */
  toCompare: string | null = null;

  /** Steps of a restoring that are left, for a test to let pass; null: none is under way. */
  restoringSteps: number | null = null;

  private wanted: Agreed = {
    household: 'The Millers',
    bucket: null,
    bucket_encrypted: false,
    bucket_voter: false,
    scrub_every: '30d',
    prune_after: '30d',
    placements: [],
  };
  private devices: Kept[];
  private readonly invitations: Given[] = [];
  private readonly emit: (event: BackendEvent) => void;

  constructor(devices: number, emit: (event: BackendEvent) => void) {
    this.emit = emit;
    this.devices = NAMES.slice(0, Math.max(1, devices)).map((name, number) => device(name, number));
  }

  /** The device on which the library is open. */
  get here(): Kept {
    return this.at(0);
  }

  /** The device with this number; 0 is this one. */
  at(number: number): Kept {
    const found = this.devices[number];
    if (!found) throw new Error(`there is no device ${number}`);
    return found;
  }

  ids(): string[] {
    return this.devices.map(({ id }) => id);
  }

  /** Turns a device off or on, or sets it behind. */
  set(number: number, change: Partial<Kept>): void {
    Object.assign(this.at(number), change);
    this.tell();
  }

  seenAt(height: number, tip: string): Omit<Ledger, 'household' | 'photos'> {
    const { id, name, role } = this.here;
    const members = this.devices.map(({ behind, ...member }) => {
      const at = Math.max(0, height - behind);
      const pending = member.id === id ? this.pending : member.pending;
      return { ...member, pending, height: at, tip: at === height ? tip : tip.replace(/^../, '00') };
    });
    return {
      device: { id, name, role },
      proving: null,
      coming: this.coming,
      restored: false,
      scrub: { running: false, finished_at: '2026-01-01T00:00:00Z', checked: 0, repaired: 0, missing: 0 },
      height,
      tip,
      pending: this.pending,
      quorum: this.quorum(),
      standing: this.standing,
      members,
    };
  }

  /** Who holds the original of a photo, and who added it. Of several devices, each holds a part. */
  holding(seed: number): Pick<Photo, 'replicas' | 'added_by'> {
    const away = this.elsewhere ? this.elsewhere(seed) : seed % 4 === 1;
    const [here, ...others] = this.devices;
    const alone = seed % 3 === 0;
    const holders = away ? (alone ? others.slice(0, 1) : others) : [here, ...(alone ? [] : others)];
    const replicas = (others.length === 0 ? [here] : holders).flatMap((holder, index) =>
      holder ? [{ device: holder.id, verified_at: daysAgo((seed % 30) + index) }] : [],
    );
    if (this.wanted.bucket && !alone) replicas.push({ device: 'bucket', verified_at: daysAgo(1) });
    return { replicas, added_by: this.devices[seed % this.devices.length]?.id ?? '' };
  }

  /** Lets an original come from one of those that hold it, in ten steps. */
  async carry(
    replicas: readonly Replica[],
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<void> {
    const holders = replicas.map(({ device }) => this.devices.find(({ id }) => id === device));
    if (holders.includes(this.here)) return;
    for (let step = 0; step <= 10; step += 1) {
      if (!replicas.some(({ device }) => device === 'bucket') && !holders.some((holder) => holder?.reachable))
        throw new BackendError('original_unreachable', 'The original is on no device within reach.', {
          status: 503,
        });
      onProgress(step / 10);
      if (step < 10 && this.carriedMs > 0) await new Promise((done) => setTimeout(done, this.carriedMs / 10));
      signal.throwIfAborted();
    }
  }

  change(id: string, change: DeviceChange): EditState {
    const found = this.find(id);
    if (change.role === 'observer') this.keepAVoter(id);
    if (!this.quorum()) return 'pending';
    Object.assign(found, change);
    this.tell();
    return 'committed';
  }

  remove(id: string): EditState {
    this.find(id);
    this.keepAVoter(id);
    if (!this.quorum()) return 'pending';
    this.devices = this.devices.filter((device) => device.id !== id);
    this.tell();
    return 'committed';
  }

  /** From then on only those vote who are within reach. */
  recover(typed: string, household: string | null): void {
    this.refuse();
    if (this.quorum()) throw new BackendError('quorum', 'Enough devices are within reach.', { status: 409 });
    if (typed !== household)
      throw new BackendError('other_household', 'It is called otherwise.', { status: 400 });
    for (const device of this.devices) if (!device.reachable) device.role = 'observer';
    this.tell();
  }

  invite(wish: InvitationWish): Invitation {
    this.refuse();
    const id = String(this.invitations.length + 1).padStart(32, '0');
    const role = wish.observer ? 'observer' : 'voter';
    const expires_at = new Date(Date.now() + wish.minutes * 60_000).toISOString();
    this.invitations.unshift({ id, role, confirm: this.confirm, expires_at, state: 'open' });
    const invitation = `kinfolio1qyqkkpchg64prmteufchmrsxkalr4ejdzxkgutz2wzqpxwecc872v08g5k7hzprlqqqqzjtys3hk${id.slice(-2)}`;
    return { id, invitation, qr: picture(), role, expires_at };
  }

  given(): Given[] {
    const now = Date.now();
    return this.invitations.map((given) =>
      given.state === 'open' && Date.parse(given.expires_at) <= now
        ? { ...given, state: 'expired' }
        : { ...given },
    );
  }

  withdraw(id: string): void {
    this.refuse();
    const at = this.invitations.findIndex((given) => given.id === id);
    if (at < 0) throw new BackendError('invitation_unknown', 'There is no such invitation.', { status: 404 });
    this.invitations.splice(at, 1);
  }

  letIn(id: string, checkWords: string): void {
    this.refuse();
    const given = this.invitations.find((one) => one.id === id);
    if (given?.state !== 'asking') throw new BackendError('nobody_asks', 'Nobody asks.', { status: 409 });
    if (given.check_words !== checkWords)
      throw new BackendError('other_check_words', 'It shows other words.', { status: 409 });
    this.arrive(given.name ?? '');
  }

  /** Lets a device come with the newest invitation, one step after the other. */
  arrive(name: string, state: 'asking' | 'joining' | 'joined' = 'joined'): void {
    const given = this.invitations[0];
    if (!given) throw new Error('nobody was invited');
    const number = this.devices.length;
    Object.assign(given, { state, name, device: device(name, number).id, check_words: WORDS });
    if (state === 'joined') this.devices.push({ ...device(name, number), role: given.role });
    this.tell();
  }

  /** Somebody at the inviter answers this device, which waits; or somebody here stops it. */
  answerJoining: (answer: 'in' | 'declined' | 'stopped') => void = () => undefined;

  /** Who asked last goes away without an answer. */
  goAway(): void {
    const given = this.invitations[0];
    if (given) Object.assign(given, { state: 'open', name: null, device: null, check_words: null });
    this.tell();
  }

  /** What this device, called `name`, joins with an invitation, at once or once somebody lets it in. */
  async join(invitation: string, name: string): Promise<Joined> {
    this.refuse();
    if (!/^kinfolio1[a-z0-9]{20,}$/i.test(invitation)) {
      throw new BackendError('bad_invitation', 'The invitation is damaged.', { status: 422 });
    }
    if (this.confirm) {
      this.toCompare = WORDS;
      const answer = await new Promise((done) => (this.answerJoining = done));
      this.toCompare = null;
      if (answer !== 'in')
        throw new BackendError(`joining_${String(answer)}`, 'It was not let in.', { status: 409 });
    }
    this.here.name = name;
    this.devices.push(device('Kitchen laptop', 1));
    return {
      household: 'The Millers',
      device: name,
      inviter: 'Kitchen laptop',
      check_words: WORDS,
      compared: this.confirm,
      role: 'voter',
    };
  }

  agreed(): Agreed {
    this.refuse();
    return { ...this.wanted };
  }

  agree(change: AgreedChange): EditState {
    this.refuse();
    if (change.bucket !== null && change.bucket !== undefined && !/^(file|az|s3):\/\//.test(change.bucket)) {
      const reason = 'begin it with file:///, az:// or s3://';
      throw new BackendError('bad_setting', `the bucket's address cannot be used: ${reason}`, {
        status: 400,
      });
    }
    const encrypted = change.bucket_encrypted ?? this.wanted.bucket_encrypted;
    const fitting = { plain: false, encrypted: true, empty: encrypted }[this.bucketHolds];
    if (this.wanted.bucket === change.bucket && encrypted !== fitting) {
      const code = encrypted ? 'bucket_plain' : 'bucket_encrypted';
      throw new BackendError(code, 'It holds data of the other kind.', { status: 409 });
    }
    if (!this.quorum()) return 'pending';
    Object.assign(this.wanted, change);
    return 'committed';
  }

  bucketState(): BucketState | null {
    this.refuse();
    if (this.wanted.bucket === null || this.wanted.bucket === undefined) return null;
    const { bucket, bucket_encrypted: encrypted, bucket_voter: votes } = this.wanted;
    return { bucket, encrypted, votes, waiting: 0, stored: 0, failed: 0, ...this.bucket };
  }

  recoveryKey(): RecoveryKey {
    this.refuse();
    return { recovery_key: KEY, qr: picture() };
  }

  /** What this device is made from; ends when no steps are left. */
  async restore(source: RestoreSource): Promise<Restored> {
    this.refuse();
    if (!source.recovery_key.trim().startsWith('kinfolio-key1')) {
      throw new BackendError('bad_key', 'a recovery key begins with kinfolio-key1', { status: 422 });
    }
    this.restoringSteps ??= 0;
    while (this.restoringSteps > 0) await new Promise((done) => setTimeout(done, 10));
    const stopped = this.restoringSteps < 0;
    this.restoringSteps = null;
    if (stopped) throw new BackendError('restoring_stopped', 'It was stopped.', { status: 409 });
    this.here.name = source.device;
    const others = ['it was left at block 12, where “Laptop” went on alone'];
    return { household: 'The Millers', device: source.device, others };
  }

  restoring(): Restoring {
    const left = this.restoringSteps;
    return { running: left !== null, blocks: left === null ? null : Math.max(0, 1204 - left) };
  }

  private quorum(): boolean {
    const voters = this.devices.filter((device) => device.role === 'voter');
    return voters.filter((device) => device.reachable).length * 2 > voters.length;
  }

  private keepAVoter(id: string): void {
    if (this.devices.some((device) => device.id !== id && device.role === 'voter')) return;
    throw new BackendError('last_voter', 'It is the last voter.', { status: 409 });
  }

  private find(id: string): Kept {
    this.refuse();
    const found = this.devices.find((device) => device.id === id);
    if (!found) throw new BackendError('device_unknown', 'There is no such device.', { status: 404 });
    return found;
  }

  private refuse(): void {
    if (this.fault) throw this.fault;
  }

  private tell(): void {
    const reachable = this.devices.filter((device) => device.reachable).length;
    this.emit({ type: 'devices', members: this.devices.length, reachable, quorum: this.quorum() });
  }
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

const HEARD = { silent_seconds: 0, pruned: false, disk_full: false };

function device(name: string, number: number): Kept {
  const id = number.toString(16).padStart(32, '0');
  const last_seen = new Date().toISOString();
  const told = {
    pending: 0,
    originals: 1204,
    sole_originals: 0,
    free_bytes: 412_000_000_000 - number * 90_000_000_000,
    ...HEARD,
  };
  return { id, name, role: 'voter', placement: 'all', reachable: true, behind: 0, last_seen, ...told };
}

/** Looks like a QR code and says nothing. */
function picture(): string {
  let dark = '';
  for (let y = 0; y < 29; y += 1)
    for (let x = 0; x < 29; x += 1) if ((x * x + y * 7 + x * y) % 5 < 2) dark += `M${x + 4} ${y + 4}h1v1h-1z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37"><rect width="37" height="37" fill="#fff"/><path d="${dark}"/></svg>`;
}
