/** The window, its menu, tray and notifications, by Tauri's own interfaces and the shell's few routes. */
import { defaultWindowIcon, exit } from '@tauri-apps/api/app';
import { listen } from '@tauri-apps/api/event';
import { Menu, MenuItem, PredefinedMenuItem, type MenuItemOptions } from '@tauri-apps/api/menu';
import { TrayIcon } from '@tauri-apps/api/tray';
import { getCurrentWindow } from '@tauri-apps/api/window';
import { isPermissionGranted, sendNotification } from '@tauri-apps/plugin-notification';
import { revealItemInDir } from '@tauri-apps/plugin-opener';
import { request } from './http';
import { later } from './later';
import type { Handed, Manners, MannersChange, MenuGroup, MenuLine, Shell, TrayFace } from './shell';

const ROUTES = '/shell';
const TRAY_KEY = 'kinfolio.tray';

type Choose = (id: string) => void;

/** What is in the tray now. */
interface Tray {
  icon: TrayIcon;
  menu: Menu;
  items: (MenuItem | PredefinedMenuItem)[];
  face: TrayFace;
}

export class DesktopShell implements Shell {
  private tray: Tray | null = null;

  async showMenu(groups: readonly MenuGroup[], choose: Choose): Promise<void> {
    const menu = await Menu.new({
      items: groups.map(({ text, lines }) => ({
        text,
        items: lines.map((line) =>
          line === 'separator' ? ({ item: 'Separator' } as const) : optionsOf(line, 'menu', choose),
        ),
      })),
    });
    const before = await menu.setAsAppMenu();
    await before?.close();
  }

  async showTray(face: TrayFace, choose: Choose): Promise<void> {
    const { tray } = this;
    if (!tray) {
      this.tray = await makeTray(face, choose);
      return;
    }
    if (sameLines(tray.face, face)) await saySo(tray, face);
    else {
      const { menu, items } = await trayMenu(face, choose);
      await tray.icon.setMenu(menu);
      await tray.menu.close();
      Object.assign(tray, { menu, items });
    }
    if (tray.face.tooltip !== face.tooltip) await tray.icon.setTooltip(face.tooltip);
    tray.face = face;
  }

  async notify(title: string, body: string): Promise<void> {
    if (await isPermissionGranted()) sendNotification({ title, body });
  }

  setTitle(title: string): Promise<void> {
    return getCurrentWindow().setTitle(title);
  }

  showFile(path: string): Promise<void> {
    return revealItemInDir(path);
  }

  isFocused(): Promise<boolean> {
    return getCurrentWindow().isFocused();
  }

  async toggleFullscreen(): Promise<void> {
    const window = getCurrentWindow();
    await window.setFullscreen(!(await window.isFullscreen()));
  }

  async raise(): Promise<void> {
    const window = getCurrentWindow();
    await window.unminimize();
    await window.show();
    await window.setFocus();
  }

  async minimise(): Promise<void> {
    const window = getCurrentWindow();
    await window.minimize();
    await window.show();
  }

  close(): Promise<void> {
    return getCurrentWindow().close();
  }

  quit(): Promise<void> {
    return exit(0);
  }

  manners(): Promise<Manners> {
    return request('', {}, ROUTES);
  }

  changeManners(change: MannersChange): Promise<Manners> {
    const headers = { 'content-type': 'application/json' };
    return request('', { method: 'PATCH', headers, body: JSON.stringify(change) }, ROUTES);
  }

  takeHanded(): Promise<Handed> {
    return request('/handed', { method: 'POST' }, ROUTES);
  }

  onHanded(listener: () => void): () => void {
    return later(listen('handed', listener));
  }
}

/** Who hears of a choice is found by the item's id, which therefore must differ between menu and tray. */
function optionsOf(
  line: Exclude<MenuLine, 'separator'>,
  where: 'menu' | 'tray',
  choose: Choose,
): MenuItemOptions {
  const { id, text, enabled, accelerator } = line;
  return {
    id: `${where}:${id}`,
    // What stands before a letter that opens a line has to be doubled where it is none.
    text: text.replaceAll('&', '&&'),
    enabled,
    ...(accelerator ? { accelerator } : {}),
    action: () => choose(id),
  };
}

async function makeTray(face: TrayFace, choose: Choose): Promise<Tray> {
  const id = trayId();
  // A page that was loaded again finds its own there.
  await TrayIcon.removeById(id).catch(() => undefined);
  const { menu, items } = await trayMenu(face, choose);
  const icon = await defaultWindowIcon();
  const { tooltip } = face;
  const made = await TrayIcon.new({ id, menu, tooltip, ...(icon ? { icon } : {}) });
  return { icon: made, menu, items, face };
}

/** Another one for each window: its icon lies in a file of this name, which two libraries must not share. */
function trayId(): string {
  const known = sessionStorage.getItem(TRAY_KEY);
  const id = known ?? `kinfolio-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  sessionStorage.setItem(TRAY_KEY, id);
  return id;
}

async function trayMenu(face: TrayFace, choose: Choose): Promise<Pick<Tray, 'menu' | 'items'>> {
  const items = await Promise.all(
    face.lines.map((line) =>
      line === 'separator'
        ? PredefinedMenuItem.new({ item: 'Separator' })
        : MenuItem.new(optionsOf(line, 'tray', choose)),
    ),
  );
  return { menu: await Menu.new({ items }), items };
}

function sameLines(a: TrayFace, b: TrayFace): boolean {
  const shape = ({ lines }: TrayFace) =>
    lines.map((line) => (line === 'separator' ? '' : `${line.id} ${line.enabled}`)).join('\n');
  return shape(a) === shape(b);
}

/** Gives lines that are there other words. */
async function saySo(tray: Tray, face: TrayFace): Promise<void> {
  for (const [index, line] of face.lines.entries()) {
    const before = tray.face.lines[index];
    if (line === 'separator' || before === undefined || before === 'separator') continue;
    if (line.text !== before.text) await tray.items[index]?.setText(line.text.replaceAll('&', '&&'));
  }
}
