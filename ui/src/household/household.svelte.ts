/** The household's page: its devices as the ledger names them, and the invitations that this device gave. */
import { codeOf, messageOf, type Backend } from '../backend/backend';
import type {
  DeviceChange,
  EditState,
  Given,
  Invitation,
  InvitationWish,
  Member,
  Recovered,
} from '../backend/types';
import { t } from '../i18n/i18n';
import { stage, type Stage } from './invitation';
import { SettingsState } from './settings.svelte';

const FOLLOW_MS = 1500;
const LOOK_MS = 5000;
const TICK_MS = 1000;
/** Which newcomers' check words were compared; a reloaded page must not ask again. */
const COMPARED_KEY = 'kinfolio.compared';
const COMPARED_MAX = 100;

/** An invitation that was made in this window, whose secret is therefore known. */
export interface Made extends Invitation {
  /** By this window's clock, which need not agree with the library's. */
  until: number;
}

export class HouseholdState {
  shown = $state(false);
  made = $state.raw<Made | null>(null);
  given = $state.raw<readonly Given[]>([]);
  /** Why it is not known what became of the invitations; null while it is. */
  fault = $state<string | null>(null);
  now = $state(Date.now());
  readonly settings: SettingsState;
  private compared = $state.raw<readonly string[]>(readCompared());

  private readonly backend: Backend;
  private readonly trouble: (error: unknown) => void;
  /** Reads the ledger again. */
  private readonly look: () => Promise<void>;
  /** Tells of a device that asks to be let in while the page is not there to say so; answers how to end that. */
  private readonly asks: (newcomer: Given) => () => void;
  private readonly told = new Map<string, () => void>();
  private timers: ReturnType<typeof setInterval>[] = [];

  constructor(
    backend: Backend,
    trouble: (error: unknown) => void,
    look: () => Promise<void>,
    asks: (newcomer: Given) => () => void,
  ) {
    this.settings = new SettingsState(backend, trouble);
    this.backend = backend;
    this.trouble = trouble;
    this.look = look;
    this.asks = asks;
  }

  show(): void {
    if (this.shown) return;
    this.stop();
    this.shown = true;
    this.now = Date.now();
    void this.look();
    void this.settings.load();
    void this.follow();
    this.timers = [
      setInterval(() => (this.now = Date.now()), TICK_MS),
      setInterval(() => {
        void this.look();
        void this.settings.load();
      }, LOOK_MS),
      setInterval(() => {
        if (this.isFollowed) void this.follow();
      }, FOLLOW_MS),
    ];
  }

  /** The page goes; whoever was invited may still come. */
  close(): void {
    this.stop();
    this.lookOut();
  }

  private lookOut(): void {
    if (this.shown || this.timers.length > 0 || !this.isFollowed) return;
    const look = () => {
      this.now = Date.now();
      if (this.isFollowed) void this.follow();
      else this.stop();
    };
    this.timers = [setInterval(look, FOLLOW_MS)];
  }

  stop(): void {
    this.shown = false;
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  /** A device came, went or changed, or asks to be let in. */
  onDevices(): void {
    void this.follow().then(() => this.lookOut());
  }

  async change(id: string, change: DeviceChange): Promise<EditState> {
    return this.settle(this.backend.changeDevice(id, change));
  }

  async remove(id: string): Promise<EditState> {
    return this.settle(this.backend.removeDevice(id));
  }

  /** Goes on without those who are lost for good. */
  async recover(household: string): Promise<Recovered> {
    const recovered = await this.heard(this.backend.recover(household));
    await this.look();
    return recovered;
  }

  async invite(wish: InvitationWish): Promise<void> {
    const invitation = await this.heard(this.backend.invite(wish));
    this.now = Date.now();
    this.made = { ...invitation, until: this.now + wish.minutes * 60_000 };
    await this.follow();
  }

  /** Lets in who asks with an invitation, whose check words a person has compared. */
  async letIn({ id, check_words }: Given): Promise<void> {
    await this.heard(this.backend.letIn(id, check_words ?? ''));
    await this.follow();
  }

  /** Takes an invitation back; nobody can join with it any more, and who asks is turned away. */
  async withdraw(id: string): Promise<void> {
    await this.heard(this.backend.withdraw(id));
    if (this.made?.id === id) this.made = null;
    await this.follow();
  }

  /** Invitations that can be used now, those included that were made before the page was loaded. */
  get open(): (Given & { leftMs: number })[] {
    const left = this.given.map((one) => {
      const until = one.id === this.made?.id ? this.made.until : Date.parse(one.expires_at);
      return { ...one, leftMs: until - this.now };
    });
    return left.filter((one) => one.state === 'open' && one.leftMs > 0);
  }

  /** The dialog is to begin with a new invitation; the one before stays good until its time is over. */
  forget(): void {
    this.made = null;
  }

  /** What became of the invitation that was made last in this window. */
  get outcome(): { given: Given | null; stage: Stage; leftMs: number } | null {
    if (!this.made) return null;
    const { id, until } = this.made;
    const given = this.given.find((one) => one.id === id) ?? null;
    const leftMs = until - this.now;
    return { given, leftMs, stage: stage(given, leftMs) };
  }

  /** Newcomers whose check words nobody has compared yet: those who ask, and those who came in at once. */
  get uncompared(): Given[] {
    return this.given.filter(({ id, state, confirm }) => {
      if (state === 'asking') return true;
      const came = state === 'joining' || state === 'joined';
      return came && !confirm && !this.compared.includes(id);
    });
  }

  compare(id: string): void {
    this.compared = [...this.compared, id].slice(-COMPARED_MAX);
    try {
      localStorage.setItem(COMPARED_KEY, JSON.stringify(this.compared));
    } catch {
      // Then it is known for as long as the page is open.
    }
  }

  private get isFollowed(): boolean {
    return (
      this.outcome?.stage === 'open' ||
      this.given.some((one) => one.state !== 'expired' && one.state !== 'joined')
    );
  }

  private async follow(): Promise<void> {
    try {
      this.given = await this.backend.invitations();
      this.fault = null;
      this.tell(this.given.filter((one) => one.state === 'asking'));
    } catch (error) {
      this.fault = messageOf(error);
      this.trouble(error);
    }
  }

  private tell(asking: readonly Given[]): void {
    for (const [id, end] of this.told) {
      if (!this.shown && asking.some((one) => one.id === id)) continue;
      this.told.delete(id);
      end();
    }
    for (const one of this.shown ? [] : asking)
      if (!this.told.has(one.id)) this.told.set(one.id, this.asks(one));
  }

  private async settle(changing: Promise<EditState>): Promise<EditState> {
    const state = await this.heard(changing);
    await this.look();
    return state;
  }

  /** Tells the app of what is its business, and the caller of everything. */
  private async heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.trouble(error);
      throw error;
    }
  }
}

function readCompared(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(COMPARED_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Why a device was not changed, in the person's language where the reason is a common one. */
export function whyNot(error: unknown): string {
  const code = codeOf(error);
  if (code === 'last_voter') return t('device.last.voter');
  if (code === 'bad_name' || code === 'name_taken') return t(`join.wrong.${code}`);
  if (code === 'bucket_plain' || code === 'bucket_encrypted') return t(`bucket.wrong.${code}`);
  if (code === 'members_change' || code === 'device_unknown') return t(`device.failed.${code}`);
  return messageOf(error);
}

/** Whether to change anything here is of use: a removed device is heard by nobody. */
export function mayChange(standing: string): boolean {
  return standing !== 'removed';
}

/** The device to which an invitation led, if it is a member by now. */
export function newcomer(given: Given | null, members: readonly Member[]): Member | null {
  return members.find((member) => member.id === given?.device) ?? null;
}
