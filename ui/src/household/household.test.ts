import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';

let app: App | undefined;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, ...options });
  app = new App(backend);
  render(Root, { app });
  await app.check();
  return backend;
}

async function openHousehold(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = await open(options);
  await fireEvent.click(await screen.findByTestId('ledger-line'));
  await screen.findByTestId('household');
  return backend;
}

afterEach(() => {
  localStorage.clear();
  app?.stop();
  cleanup();
  vi.useRealTimers();
});

/** jsdom draws nothing, so colours are judged in a browser and everything else here. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

/** The card of the device with this number. */
function card(number: number): HTMLElement {
  const found = screen
    .getAllByTestId('device-card')
    .find((one) => Number.parseInt(one.dataset['device'] ?? '', 16) === number);
  if (!found) throw new Error(`no card of device ${number}`);
  return found;
}

async function choose(number: number, item: string): Promise<void> {
  await fireEvent.click(within(card(number)).getByTestId('device-menu'));
  await fireEvent.click(await screen.findByTestId(item));
}

function turnOff(backend: MemoryBackend): void {
  backend.others.set(1, { reachable: false });
}

describe('the first names', () => {
  it('can be typed too long, are said to be, and are not sent', async () => {
    await open({ library: false });
    for (const label of ['Name of the household', 'Name of this device']) {
      const field = await screen.findByLabelText<HTMLInputElement>(label);
      expect(field.maxLength).toBeGreaterThanOrEqual(300);
      await fireEvent.input(field, { target: { value: 'x'.repeat(300) } });
      expect(screen.getByTestId('name-long').textContent).toBe('At most 100 characters, please.');
      expect(screen.getByRole('button', { name: 'Start' })).toHaveProperty('disabled', true);
      expect(await faults()).toEqual([]);
      await fireEvent.input(field, { target: { value: 'x'.repeat(100) } });
      expect(screen.queryByTestId('name-long')).toBeNull();
    }
    expect(screen.getByRole('button', { name: 'Start' })).toHaveProperty('disabled', false);
  });
});

describe('joining', () => {
  const INVITATION = 'kinfolio1qyqkkpchg64\nprmteufchmrsxkalr4ej\ndzxkgutz2wzqpx';

  async function join(invitation: string): Promise<void> {
    await fireEvent.click(await screen.findByTestId('door-join'));
    await fireEvent.input(screen.getByLabelText('Invitation'), { target: { value: invitation } });
    await fireEvent.click(screen.getByRole('button', { name: 'Join' }));
  }

  /** Invited without being asked at the other device, as the command line invites. */
  async function openInvited(): Promise<void> {
    const backend = await open({ library: false });
    backend.others.confirm = false;
    await join(INVITATION);
  }

  it('waits until somebody has compared the check words', async () => {
    const backend = await open({ library: false });
    await join(INVITATION);
    const waiting = await screen.findByTestId('join-waiting', {}, { timeout: 3000 });
    expect(within(waiting).getByTestId('check-words').dataset['words']).toBe('october-spell-oxygen');
    expect(await faults()).toEqual([]);
    backend.others.answerJoining('in');
    expect((await screen.findByTestId('ledger-line')).textContent).toContain('Both devices agree');
    expect(screen.queryByTestId('joined')).toBeNull();
  });

  it('can be cancelled meanwhile, and begun again', async () => {
    await open({ library: false });
    await join(INVITATION);
    await fireEvent.click(await screen.findByTestId('join-stop', {}, { timeout: 3000 }));
    const field = await screen.findByLabelText<HTMLTextAreaElement>('Invitation');
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(field.value).toBe(INVITATION);
    expect(screen.queryByTestId('join-fault')).toBeNull();
    expect(screen.getByRole('button', { name: 'Join' })).toHaveProperty('disabled', false);
  });

  it('says that it was turned away', async () => {
    const backend = await open({ library: false });
    await join(INVITATION);
    await screen.findByTestId('join-waiting', {}, { timeout: 3000 });
    backend.others.answerJoining('declined');
    expect((await screen.findByTestId('join-fault')).textContent).toContain('check words differ');
  });

  it('shows the check words before the library where nobody was asked', async () => {
    await openInvited();
    const joined = await screen.findByTestId('joined');
    expect(joined.textContent).toContain('Welcome to \u2068The Millers\u2069');
    expect(screen.getByTestId('check-words').dataset['words']).toBe('october-spell-oxygen');
    expect(screen.queryByTestId('ledger-line')).toBeNull();
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('joined-same'));
    expect((await screen.findByTestId('ledger-line')).textContent).toContain('Both devices agree');
  });

  it('says what to do when the words differ', async () => {
    await openInvited();
    await fireEvent.click(await screen.findByTestId('joined-differ'));
    expect((await screen.findByTestId('joined')).textContent).toMatch(/remove .* at once/);
  });

  const CASES: [string, RegExp][] = [
    ['bad_invitation', /cannot be read/],
    ['joining_declined', /check words differ/],
    ['invitation_refused', /its time is over, or it has been used/],
    ['inviter_unreachable', /does not answer/],
    ['no_quorum', /too few of its devices/],
    ['bad_name', /name cannot be used/],
    ['name_taken', /Another device of the household has this name/],
    ['disk_full', /Joining failed: no room/],
  ];
  for (const [code, words] of CASES) {
    it(`says beside the field what ${code} means`, async () => {
      const backend = await open({ library: false });
      backend.others.fault = new BackendError(code, 'no room', { status: 409 });
      await join(INVITATION);
      const field = screen.getByLabelText(
        ['bad_name', 'name_taken'].includes(code) ? 'Name of this device' : 'Invitation',
      );
      await waitFor(() => expect(screen.getByTestId('join-fault').textContent).toMatch(words));
      expect(document.activeElement).toBe(field);
      expect(field.getAttribute('aria-invalid')).toBe('true');
    });
  }

  it('asks nobody about what is no invitation', async () => {
    await open({ library: false });
    await join('https://example.org');
    expect(screen.getByTestId('join-fault').textContent).toContain('begins with kinfolio1');
  });
});

describe('the ledger line', () => {
  it('follows the devices', async () => {
    const backend = await open({ devices: 3 });
    const line = await screen.findByTestId('ledger-line');
    expect(line.textContent).toMatch(/All 3 devices agree \(block 37 · [0-9a-f]{4}…\)/);
    turnOff(backend);
    await waitFor(() => expect(line.textContent).toContain('2 of 3 devices within reach'), { timeout: 3000 });
  });
});

describe('the household', () => {
  it('is opened from the header, too, and left for another page', async () => {
    await open({ devices: 2 });
    await fireEvent.click(await screen.findByTestId('open-household'));
    await screen.findByTestId('household');
    expect(location.hash).toBe('#/household');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('page-photos'));
    expect(screen.queryByTestId('household')).toBeNull();
    expect(await screen.findByTestId('timeline')).toBeTruthy();
  });

  it('says of what it shows that nobody vouches for it, while nobody answers', async () => {
    const backend = await openHousehold({ devices: 3 });
    const state = screen.getByTestId('household-state');
    expect(state.dataset['tone']).toBe('good');
    backend.unreachable = true;
    await app?.check();
    await waitFor(() => expect(state.dataset['tone']).toBe('waiting'));
    expect(state.textContent).toContain('when this window last heard');
    backend.unreachable = false;
    await app?.check();
    await waitFor(() => expect(state.dataset['tone']).toBe('good'));
  });

  it('shows ten devices, this one first', async () => {
    await openHousehold({ devices: 10 });
    const cards = screen.getAllByTestId('device-card');
    expect(cards).toHaveLength(10);
    expect(cards[0]?.dataset['presence']).toBe('here');
    expect(await faults()).toEqual([]);
  });

  it('renames a device in place, and leaves the name alone on Escape', async () => {
    const backend = await openHousehold({ devices: 2 });
    await fireEvent.click(within(card(1)).getByTestId('device-name'));
    const field = screen.getByTestId('device-name-input');
    await fireEvent.input(field, { target: { value: 'Nonsense' } });
    await fireEvent.keyDown(field, { key: 'Escape' });
    expect(backend.others.at(1).name).toBe('Kitchen laptop');
    expect(screen.getByTestId('household')).toBeTruthy();
    await choose(1, 'device-rename');
    const again = await screen.findByTestId('device-name-input');
    await fireEvent.input(again, { target: { value: '  Garden laptop ' } });
    await fireEvent.keyDown(again, { key: 'Enter' });
    await waitFor(() => expect(within(card(1)).getByTestId('device-name').textContent).toContain('Garden'));
    expect(backend.others.at(1).name).toBe('Garden laptop');
  });

  it('says that a name is too long, and sends it once it was shortened', async () => {
    const backend = await openHousehold({ devices: 2 });
    const changed = vi.spyOn(backend, 'changeDevice');
    await fireEvent.click(within(card(1)).getByTestId('device-name'));
    const field = screen.getByTestId<HTMLInputElement>('device-name-input');
    expect(field.maxLength).toBeGreaterThanOrEqual(300);
    await fireEvent.input(field, { target: { value: 'x'.repeat(300) } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await fireEvent.blur(field);
    expect(screen.getByTestId('name-long').textContent).toBe('At most 100 characters, please.');
    expect(changed).not.toHaveBeenCalled();
    await fireEvent.input(field, { target: { value: '🙂'.repeat(100) } });
    expect(screen.queryByTestId('name-long')).toBeNull();
    await fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(backend.others.at(1).name).toBe('🙂'.repeat(100)));
  });

  it('lets a device observe, but not the last voter', async () => {
    const backend = await openHousehold({ devices: 2 });
    await choose(1, 'device-observe');
    await waitFor(() => expect(card(1).dataset['role']).toBe('observer'));
    await choose(0, 'device-observe');
    expect(backend.others.at(0).role).toBe('voter');
  });

  it('says that a change waits for other devices', async () => {
    const backend = await openHousehold({ devices: 2 });
    turnOff(backend);
    await choose(1, 'device-observe');
    expect((await within(card(1)).findByRole('status')).textContent).toContain('waits until');
  });

  it('says what removing means before it does', async () => {
    const backend = await openHousehold({ devices: 3 });
    backend.others.set(1, { reachable: false, behind: 5, sole_originals: 37 });
    await waitFor(() => expect(card(1).dataset['presence']).toBe('away'), { timeout: 3000 });
    await choose(1, 'device-remove');
    const dialog = await screen.findByTestId('remove-device');
    expect(screen.getByTestId('remove-sole').textContent).toMatch(/^37 originals are nowhere else/);
    expect(dialog.textContent).toMatch(/key is refused.*not shared yet are lost.*5 blocks behind/s);
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('remove-device-go'));
    await waitFor(() => expect(screen.getAllByTestId('device-card')).toHaveLength(2));
    await waitFor(() => expect(screen.queryByTestId('remove-device')).toBeNull());
  });

  it('says why a device was not removed', async () => {
    const backend = await openHousehold({ devices: 3 });
    await choose(1, 'device-remove');
    backend.others.fault = new BackendError('members_change', 'busy', { status: 409 });
    await fireEvent.click(await screen.findByTestId('remove-device-go'));
    await waitFor(() => expect(screen.getByTestId('remove-device').textContent).toContain('Try again'));
  });

  it('offers nothing to a device that was removed', async () => {
    const backend = await open({ devices: 2 });
    backend.others.standing = 'removed';
    await app?.check();
    await fireEvent.click(screen.getByTestId('ledger-line'));
    expect((await screen.findByTestId('household-state')).textContent).toContain('was removed');
    expect(screen.queryByTestId('add-device')).toBeNull();
    expect(screen.queryByTestId('device-menu')).toBeNull();
  });
});

/** A button once it has stood still for a while. */
async function enabled(testid: string): Promise<HTMLElement> {
  const button = await screen.findByTestId<HTMLButtonElement>(testid, {}, { timeout: 3000 });
  await waitFor(() => expect(button.disabled).toBe(false), { timeout: 3000 });
  return button;
}

describe('an invitation', () => {
  async function invite(): Promise<MemoryBackend> {
    const backend = await openHousehold({ devices: 1 });
    await fireEvent.click(screen.getByTestId('add-first-device'));
    await fireEvent.click(await screen.findByTestId('invite'));
    await screen.findByTestId('invitation-open');
    return backend;
  }

  it('is text and a picture that cannot do anything', async () => {
    await invite();
    expect(screen.getByTestId<HTMLTextAreaElement>('invitation-text').value).toMatch(/^kinfolio1/);
    const picture = screen.getByAltText('The invitation as a QR code');
    expect(picture.getAttribute('src')).toMatch(/^data:image\/svg\+xml;/);
    expect(screen.getByTestId('invitation-left').textContent).toMatch(/(10:00|9:5\d) left/);
    expect(await faults()).toEqual([]);
  });

  it('shows who joins, with the check words', async () => {
    const backend = await invite();
    backend.others.arrive('Garden laptop', 'asking');
    const asking = await screen.findByTestId('invitation-asking');
    expect(asking.textContent).toMatch(/Garden laptop.* wants to join/);
    expect(within(asking).getByTestId('check-words').dataset['words']).toBe('october-spell-oxygen');
    expect(await faults()).toEqual([]);
    expect(app?.ledger?.members).toHaveLength(1);
    await fireEvent.click(await enabled('invite-same'));
    const joined = await screen.findByTestId('invitation-joined');
    expect(joined.textContent).toMatch(/Garden laptop.* has joined/);
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('invite-done'));
    expect(screen.queryByTestId('add-device-dialog')).toBeNull();
    await waitFor(() => expect(screen.getAllByTestId('device-card')).toHaveLength(2), { timeout: 3000 });
  });

  it('of the command line keeps the check words at hand until they were compared', async () => {
    const backend = await openHousehold({ devices: 1 });
    backend.others.confirm = false;
    backend.others.invite({ minutes: 10, observer: false });
    backend.others.arrive('Garden laptop');
    const words = within(await screen.findByTestId('newcomer', {}, { timeout: 3000 }));
    expect(words.getByTestId('check-words').dataset['words']).toBe('october-spell-oxygen');
    expect(await faults()).toEqual([]);
    await fireEvent.click(words.getByTestId('newcomer-same'));
    expect(screen.queryByTestId('newcomer')).toBeNull();
    app?.stop();
    const reloaded = new App(backend);
    app = reloaded;
    reloaded.household.show();
    await waitFor(() => expect(reloaded.household.given).toHaveLength(1));
    expect(reloaded.household.uncompared).toEqual([]);
  });

  it('of the command line leads to the removal of a newcomer whose words differ', async () => {
    const backend = await openHousehold({ devices: 1 });
    backend.others.confirm = false;
    backend.others.invite({ minutes: 10, observer: false });
    backend.others.arrive('Garden laptop');
    await fireEvent.click(await screen.findByTestId('newcomer-differ', {}, { timeout: 3000 }));
    expect((await screen.findByTestId('remove-device')).textContent).toContain('Garden laptop');
  });

  it('turns away a newcomer whose words differ', async () => {
    const backend = await invite();
    backend.others.arrive('Garden laptop', 'asking');
    await fireEvent.click(await enabled('invite-differ'));
    await waitFor(() => expect(screen.queryByTestId('add-device-dialog')).toBeNull());
    expect(screen.getByTestId('notices').textContent).toMatch(/Garden laptop.* was turned away/);
    expect(await backend.invitations()).toEqual([]);
  });

  it('says that a newcomer has gone again, and can be used by another', async () => {
    const backend = await invite();
    backend.others.arrive('Garden laptop', 'asking');
    await screen.findByTestId('invitation-asking');
    backend.others.goAway();
    await screen.findByTestId('invitation-open', {}, { timeout: 3000 });
    const dialog = screen.getByTestId('add-device-dialog');
    expect(dialog.textContent).toMatch(/Garden laptop.* does not wait any more/);
    backend.others.arrive('Attic tablet', 'asking');
    expect((await screen.findByTestId('invitation-asking')).textContent).toContain('Attic tablet');
  });

  it('says why a newcomer was not let in', async () => {
    const backend = await invite();
    backend.others.arrive('Garden laptop', 'asking');
    const same = await enabled('invite-same');
    backend.others.fault = new BackendError('nobody_asks', 'nobody waits any more', { status: 409 });
    await fireEvent.click(same);
    await waitFor(() =>
      expect(screen.getByTestId('add-device-dialog').textContent).toContain('nobody waits any more'),
    );
  });

  it('is told of when another page is open', async () => {
    const backend = await invite();
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await fireEvent.click(screen.getByTestId('page-albums'));
    backend.others.arrive('Garden laptop', 'asking');
    const notice = await screen.findByText(/Garden laptop.* wants to join/, {}, { timeout: 3000 });
    expect(notice).toBeTruthy();
    // Until it is answered, whatever else there is to say.
    for (const number of [1, 2, 3, 4]) app?.notify(`Something else ${number}`);
    expect(screen.getByTestId('notices').textContent).toContain('wants to join');
    await waitFor(() => expect(screen.getByTestId('notices').textContent).not.toContain('else 1'));
    await fireEvent.click(screen.getByTestId('notice-action'));
    expect(await screen.findByTestId('newcomer-in', {}, { timeout: 3000 })).toBeTruthy();
    await waitFor(() => expect(screen.getByTestId('notices').textContent).not.toContain('wants to join'));
  });

  it('asks on the page, too, when its dialog was closed too early', async () => {
    const backend = await invite();
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    backend.others.arrive('Garden laptop', 'asking');
    const asking = within(await screen.findByTestId('newcomer', {}, { timeout: 3000 }));
    expect(await faults()).toEqual([]);
    expect(asking.getByTestId<HTMLButtonElement>('newcomer-in').disabled).toBe(true);
    await fireEvent.click(await enabled('newcomer-in'));
    await waitFor(() => expect(screen.queryByTestId('newcomer')).toBeNull());
    await waitFor(() => expect(screen.getAllByTestId('device-card')).toHaveLength(2), { timeout: 3000 });
  });

  it('that has expired says so and offers a new one', async () => {
    await invite();
    const later = Date.now() + 11 * 60_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    await screen.findByTestId('invitation-expired', {}, { timeout: 5000 });
    vi.restoreAllMocks();
    await fireEvent.click(screen.getByTestId('invite-again'));
    expect(await screen.findByTestId('invite')).toBeTruthy();
  });

  it('stays open when its dialog is closed', async () => {
    await invite();
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    const open = await screen.findByTestId('open-invitation');
    await fireEvent.click(within(open).getByRole('button', { name: 'Show' }));
    expect(await screen.findByTestId('invitation-text')).toBeTruthy();
  });

  it('that is open shows after the page was loaded again, and can be withdrawn', async () => {
    const backend = await open({ devices: 2 });
    backend.others.invite({ minutes: 60, observer: true });
    await fireEvent.click(await screen.findByTestId('ledger-line'));
    const invitation = await screen.findByTestId('open-invitation', {}, { timeout: 5000 });
    expect(invitation.textContent).toMatch(/invitation for an observer is open/);
    expect(invitation.textContent).toMatch(/left/);
    expect(within(invitation).queryByRole('button', { name: 'Show' })).toBeNull();
    expect(await faults()).toEqual([]);
    await fireEvent.click(within(invitation).getByTestId('withdraw'));
    await waitFor(() => expect(screen.queryByTestId('open-invitation')).toBeNull());
    expect(await backend.invitations()).toEqual([]);
  });

  it('that could not be made says why', async () => {
    const backend = await openHousehold({ devices: 1 });
    backend.others.fault = new BackendError('too_many_invitations', 'full', { status: 409 });
    await fireEvent.click(screen.getByTestId('add-device'));
    await fireEvent.click(await screen.findByTestId('invite'));
    await waitFor(() =>
      expect(screen.getByTestId('add-device-dialog').textContent).toContain('too many open invitations'),
    );
  });
});
