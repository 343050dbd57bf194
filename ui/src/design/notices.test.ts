import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';

let app: App;

afterEach(() => {
  app.stop();
  cleanup();
});

describe('notices', () => {
  it('lie in the topmost dialog while one is open, and take no focus', async () => {
    app = new App(new MemoryBackend({ photos: 30 }));
    render(Root, { app });
    await app.check();
    await screen.findAllByTestId('photo-tile');
    expect(screen.getByTestId('notices').getAttribute('role')).toBe('status');
    app.notify('Before it.');
    await fireEvent.keyDown(document.body, { key: 'x' });
    await fireEvent.keyDown(document.body, { key: 't' });
    const dialog = await screen.findByTestId('ask-tags');
    const place = () => screen.getByTestId('notices').closest('dialog');
    await waitFor(() => expect(place()).toBe(dialog));
    const { activeElement } = document;
    app.notify('While it is open.');
    await waitFor(() =>
      expect(screen.getByTestId('notices').textContent).toMatch(/Before it.*While it is open/s),
    );
    expect(document.activeElement).toBe(activeElement);
    await fireEvent(dialog, new Event('cancel', { cancelable: true }));
    await waitFor(() => expect(place()).toBeNull());
    expect(screen.getByTestId('notices').isConnected).toBe(true);
    expect(screen.getByTestId('notices').textContent).toContain('While it is open.');
  });
});
