/** Tags as the tree that their names make, `holiday/greece` below `holiday`: pure. */
import type { Counted } from '../backend/types';

export interface Branch {
  /** The whole name. */
  path: string;
  /** Its last part. */
  name: string;
  /** Photos that have exactly this tag; null where nobody made it and only those below it exist. */
  own: number | null;
  /** By name. */
  below: readonly Branch[];
}

/** A branch as one line of the tree that is shown. */
export interface Line {
  branch: Branch;
  /** 1 at the top. */
  level: number;
  /** Null where nothing is below. */
  open: boolean | null;
}

/** The part of a tag that is its own; all of it for a name that is no path. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The tags above one, the topmost first: `a`, `a/b` for `a/b/c`. */
export function above(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The tree of tags. One that only has tags below it stands there as well. */
export function treeOf(tags: readonly Counted[], compare: (a: string, b: string) => number): Branch[] {
  const own = new Map(tags.map(({ name, count }) => [name, count]));
  const children = new Map<string, Set<string>>();
  for (const { name } of tags) {
    const path = [...above(name), name];
    for (const [index, step] of path.entries()) {
      const parent = path[index - 1] ?? '';
      const known = children.get(parent);
      if (known) known.add(step);
      else children.set(parent, new Set([step]));
    }
  }
  const grow = (parent: string): Branch[] =>
    [...(children.get(parent) ?? [])]
      .map((path) => ({ path, name: lastPart(path), own: own.get(path) ?? null, below: grow(path) }))
      .sort((a, b) => compare(a.name, b.name));
  return grow('');
}

/** The branch of a name. */
export function branchAt(tree: readonly Branch[], path: string): Branch | null {
  for (const branch of tree) {
    if (branch.path === path) return branch;
    if (path.startsWith(`${branch.path}/`)) return branchAt(branch.below, path);
  }
  return null;
}

/**
 * The lines that are seen: what is below an open branch, and with a filter every tag whose name has the text, each
 * with those above it.
 */
export function linesOf(tree: readonly Branch[], opened: ReadonlySet<string>, filter = ''): Line[] {
  const wanted = filter.trim().toLocaleLowerCase();
  const lines: Line[] = [];
  const walk = (branches: readonly Branch[], level: number, all: boolean): boolean => {
    let found = false;
    for (const branch of branches) {
      const at = lines.length;
      const named = wanted === '' || branch.path.toLocaleLowerCase().includes(wanted);
      // What is below a tag that was looked for is shown once that is opened.
      const own = named && (all || branch.name.toLocaleLowerCase().includes(wanted));
      lines.push({ branch, level, open: branch.below.length === 0 ? null : opened.has(branch.path) });
      const descend = wanted === '' || own ? opened.has(branch.path) : true;
      const below = descend && walk(branch.below, level + 1, all || own);
      const line = lines[at];
      if (line && wanted !== '' && !own && below) line.open = true;
      if (own || below || all) found = true;
      else lines.length = at;
    }
    return found;
  };
  walk(tree, 1, wanted === '');
  return lines;
}
