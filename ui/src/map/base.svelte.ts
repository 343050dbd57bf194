/** The world behind a map: which degree of detail there is by now, loaded when it is first needed. */
import { messageOf } from '../backend/backend';
import type { Atlas, Detail } from './atlas';

/** From this zoom on, the fine shapes are worth their size. */
const FINE_FROM = 4.6;

export class Base {
  fault = $state<string | null>(null);

  private levels = $state.raw<Partial<Record<Detail, Atlas>>>({});
  private readonly asked = new Set<Detail>();

  /** The best there is for a zoom; null while there is none. */
  at(zoom: number): Atlas | null {
    return (zoom >= FINE_FROM ? this.levels.fine : null) ?? this.levels.coarse ?? null;
  }

  /** Sees to it that there is what this zoom needs; the coarse shapes stand in for the fine ones. */
  async need(zoom: number): Promise<void> {
    if (this.fault !== null) return;
    await this.load('coarse');
    if (zoom >= FINE_FROM) await this.load('fine');
  }

  async retry(zoom: number): Promise<void> {
    this.fault = null;
    await this.need(zoom);
  }

  private async load(detail: Detail): Promise<void> {
    if (this.asked.has(detail)) return;
    this.asked.add(detail);
    try {
      const { atlas } = await import('./atlas');
      this.levels = { ...this.levels, [detail]: await atlas(detail) };
    } catch (error) {
      this.asked.delete(detail);
      // Without the fine shapes the coarse ones go on.
      if (detail === 'coarse') this.fault = messageOf(error);
    }
  }
}

/** One world for all maps of the page. */
export const base = new Base();
