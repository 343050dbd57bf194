import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { BackendError } from '../backend/backend';
import { MemoryBackend, type MemoryOptions } from '../backend/memory';
import { Root } from '../test-app';

let app: App | undefined;

async function open(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 60, ...options });
  app = new App(backend);
  app.show({ name: 'settings' });
  render(Root, { app });
  await app.check();
  await screen.findByTestId('settings-about');
  return backend;
}

afterEach(() => {
  localStorage.clear();
  document.documentElement.style.colorScheme = '';
  app?.stop();
  cleanup();
});

/** jsdom draws nothing, so colours are judged in a browser and everything else here. */
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html ?? ''}`);
}

async function type(testid: string, value: string): Promise<void> {
  await fireEvent.input(await screen.findByTestId(testid), { target: { value } });
}

const fieldNames = () => screen.getAllByTestId('own-field').map((one) => one.dataset['field']);

describe('the settings of this device', () => {
  it('have its name, which the household is told', async () => {
    const backend = await open();
    expect(await faults()).toEqual([]);
    const field = screen.getByTestId<HTMLInputElement>('prefs-name');
    expect(field.value).toBe('Study PC');
    expect(screen.queryByTestId('prefs-name-go')).toBeNull();
    await type('prefs-name', ' Attic ');
    await fireEvent.click(screen.getByTestId('prefs-name-go'));
    await waitFor(() => expect(backend.others.here.name).toBe('Attic'));
    await waitFor(() => expect(field.value).toBe('Attic'));
  });

  it('say that a name is too long before it is sent', async () => {
    const backend = await open();
    const changed = vi.spyOn(backend, 'changeDevice');
    const field = screen.getByTestId<HTMLInputElement>('prefs-name');
    expect(field.maxLength).toBeGreaterThanOrEqual(300);
    await type('prefs-name', 'x'.repeat(300));
    expect(screen.getByTestId('settings-device').textContent).toContain('At most 100 characters');
    await fireEvent.submit(field);
    expect(changed).not.toHaveBeenCalled();
  });

  it('say that a name waits for other devices, and why one cannot be', async () => {
    const backend = await open({ devices: 2 });
    backend.others.set(1, { reachable: false });
    await type('prefs-name', 'Attic');
    await fireEvent.click(screen.getByTestId('prefs-name-go'));
    const section = screen.getByTestId('settings-device');
    await waitFor(() => expect(section.textContent).toContain('waits until enough devices'));
    backend.changeDevice = () => Promise.reject(new BackendError('name_taken', 'taken', { status: 409 }));
    await type('prefs-name', 'Kitchen laptop');
    await fireEvent.click(screen.getByTestId('prefs-name-go'));
    expect((await within(section).findByRole('alert')).textContent).toContain('has this name');
  });

  it('colour the page', async () => {
    await open();
    await fireEvent.click(screen.getByTestId('theme-dark'));
    expect(document.documentElement.style.colorScheme).toBe('dark');
    expect(screen.getByTestId<HTMLInputElement>('theme-dark').checked).toBe(true);
  });

  it('make the photos of all grids larger or smaller', async () => {
    await open();
    await fireEvent.input(screen.getByTestId('prefs-size'), { target: { value: '6' } });
    expect(app?.zoom.scale).toBe(2.4);
    await fireEvent.input(screen.getByTestId('prefs-size'), { target: { value: '0' } });
    expect(app?.zoom.scale).toBe(0.4);
  });
});

describe("the household's own fields", () => {
  it('are made, changed and removed', async () => {
    const backend = await open();
    expect((await screen.findByTestId('fields-empty')).textContent).toContain('No fields yet');
    await fireEvent.click(screen.getByTestId('new-field'));
    expect(await faults()).toEqual([]);
    await type('field-name', 'Box');
    await fireEvent.click(screen.getByTestId('field-go'));
    await waitFor(() => expect(fieldNames()).toEqual(['Box']));
    const count = [...backend.library.newest()].filter(({ fields }) => 'Box' in fields).length;
    expect(count).toBeGreaterThan(1);
    expect(screen.getByTestId('own-field').textContent).toContain(`${count} photos`);

    await fireEvent.click(screen.getByTestId('field-menu'));
    await fireEvent.click(await screen.findByTestId('field-change'));
    await fireEvent.change(screen.getByTestId('field-type'), { target: { value: 'choice' } });
    expect((await screen.findByTestId('field-hint')).textContent).toContain('stays');
    await fireEvent.click(screen.getByTestId('field-go'));
    expect(screen.getByTestId('field-hint').textContent).toContain('at least one choice');
    await type('field-choices', 'attic\ncellar');
    expect(await faults()).toEqual([]);
    await fireEvent.click(screen.getByTestId('field-go'));
    await waitFor(() => expect(screen.getByTestId('own-field').textContent).toContain('attic, cellar'));

    await fireEvent.click(screen.getByTestId('field-menu'));
    await fireEvent.click(await screen.findByTestId('field-remove'));
    expect((await screen.findByTestId('remove-field')).textContent).toContain('stay in the ledger');
    await fireEvent.click(screen.getByTestId('remove-field-go'));
    await screen.findByTestId('fields-empty');
    expect(await faults()).toEqual([]);
  });

  it('that cannot be are told apart in words', async () => {
    const backend = await open();
    backend.library.fields.set('Box', { name: 'Box', type: 'text' });
    app?.trouble(new BackendError('unreachable', 'gone'));
    await waitFor(() => expect(fieldNames()).toEqual(['Box']), { timeout: 5000 });
    await fireEvent.click(screen.getByTestId('new-field'));
    await type('field-name', 'box');
    await fireEvent.click(screen.getByTestId('field-go'));
    expect(screen.getByTestId('field-hint').textContent).toContain('of this name already');
    await type('field-name', 'Shelf');
    backend.defineField = () => Promise.reject(new BackendError('too_many', 'full', { status: 409 }));
    await fireEvent.click(screen.getByTestId('field-go'));
    expect((await screen.findByTestId('field-fault')).textContent).toContain('Remove one first');
  });
});

describe('the rest of the settings', () => {
  it('leads to the household and the keys, and says whose data it shows', async () => {
    await open();
    expect(screen.getByTestId('settings-about').textContent).toMatch(/Natural Earth.*GeoNames.*ODbL/s);
    await fireEvent.click(screen.getByTestId('settings-keys'));
    expect(app?.keysShown).toBe(true);
    await fireEvent.click(screen.getByTestId('settings-household'));
    expect(app?.navigation.page).toEqual({ name: 'household' });
  });
});
