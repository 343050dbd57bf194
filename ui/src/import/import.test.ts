import { cleanup, render, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../app.svelte';
import { MemoryBackend } from '../backend/memory';
import { Root } from '../test-app';
import { ImportState } from './import.svelte';

function make(backend = new MemoryBackend()) {
  const notices: string[] = [];
  const imports = new ImportState(
    backend,
    (text) => notices.push(text),
    () => undefined,
  );
  backend.subscribe((event) => imports.onEvent(event));
  return { backend, imports, notices };
}

describe('an import', () => {
  it('runs from paths to a receipt that adds up', async () => {
    const { imports } = make();
    await imports.startPaths(['/photos']);
    expect(imports.running).toBe(true);
    await vi.waitFor(() => expect(imports.job?.state).toBe('done'), { timeout: 8000 });
    const job = imports.job;
    expect((job?.added ?? 0) + (job?.duplicate ?? 0) + (job?.rejected_count ?? 0)).toBe(job?.found);
    await vi.waitFor(() => expect(imports.added.length).toBe(job?.added));
    imports.close();
    expect(imports.job).toBeNull();
  }, 10_000);

  it('is cancelled, and what is done stays counted', async () => {
    const { imports } = make();
    await imports.startPaths(['/photos']);
    await vi.waitFor(() => expect(imports.job?.added).toBeGreaterThan(1));
    await imports.cancel();
    expect(imports.job?.state).toBe('cancelled');
    expect(imports.job?.added).toBeGreaterThan(1);
  });

  it('is picked up again by a page that is loaded while it runs', async () => {
    const { backend, imports } = make();
    await imports.startPaths(['/photos']);
    const reloaded = make(backend);
    await reloaded.imports.resume();
    expect(reloaded.imports.job?.id).toBe(imports.job?.id);
    await reloaded.imports.cancel();
  });

  it('that cannot start says why', async () => {
    const { backend, imports, notices } = make();
    backend.unreachable = true;
    await imports.startPaths(['/photos']);
    expect(imports.job).toBeNull();
    expect(notices).toHaveLength(1);
  });
});

describe('the panel of an import that runs', () => {
  it('says when the pictures of what was added are shown', async () => {
    const app = new App(new MemoryBackend({ photos: 10 }));
    render(Root, { app });
    await app.check();
    await app.imports.startPaths(['/photos']);
    expect((await screen.findByTestId('import-added-later')).textContent).toContain(
      'once the import is over',
    );
    await app.imports.cancel();
    await vi.waitFor(() => expect(screen.queryByTestId('import-added-later')).toBeNull());
    app.stop();
    cleanup();
  });
});

describe('uploading from a browser', () => {
  it('shows each file once it was added, before all are', async () => {
    const backend = new MemoryBackend({ desktop: false });
    const { imports } = make(backend);
    const whole = backend.upload.bind(backend);
    let go: (() => void) | undefined;
    backend.upload = async (file, signal) => {
      if (file.name === 'b.jpg') await new Promise<void>((done) => (go = done));
      return whole(file, signal);
    };
    const file = (name: string) => ({ path: name, file: new File([name], name) });
    const sent = imports.startFiles([file('a.jpg'), file('b.jpg')]);
    await vi.waitFor(() => expect(imports.added).toHaveLength(1));
    expect(imports.running).toBe(true);
    go?.();
    await sent;
    expect(imports.added).toHaveLength(2);
  });

  it('sends each file and names those that were refused', async () => {
    const { imports } = make(new MemoryBackend({ desktop: false }));
    const file = (name: string, bytes: string) => ({ path: `trip/${name}`, file: new File([bytes], name) });
    await imports.startFiles([file('a.jpg', 'x'), file('empty.jpg', ''), file('b.jpg', 'y')]);
    expect(imports.job).toMatchObject({ state: 'done', found: 3, added: 2, duplicate: 0 });
    expect(imports.job?.rejected).toEqual([{ path: 'trip/empty.jpg', reason: 'It is empty (0 bytes).' }]);
  });
});
