/** What the memory backend finds: results, facets, suggestions, the map, what looks alike. */
import type { SearchOptions } from './backend';
import { rowOf, type MemoryLibrary } from './memory-library';
import { compiled, inside } from './memory-query';
import type {
  AlikePage,
  Bounds,
  Card,
  Cluster,
  Counted,
  Facets,
  MapView,
  Photo,
  SearchPage,
  Suggestion,
} from './types';

const FACETS_MAX = 12;

export function found(library: MemoryLibrary, query: string): Photo[] {
  const test = compiled(query);
  return [...library.newest(/(^|[\s(])is:trashed\b/i.test(query))].filter(test);
}

export function searchPage(library: MemoryLibrary, query: string, options: SearchOptions): SearchPage {
  const all = sorted(found(library, query), options.sort);
  const from = Number(options.cursor ?? 0);
  const next = from + options.limit < all.length ? String(from + options.limit) : null;
  const photos = all.slice(from, from + options.limit).map(rowOf);
  return { total: all.length, photos, next, facets: from === 0 ? facetsOf(all) : null };
}

export function suggested(library: MemoryLibrary, typed: string): Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [];
  const facets = facetsOf(found(library, ''));
  const lists = [
    ['tag', facets.tags],
    ['album', facets.albums],
    ['person', facets.people],
    ['place', facets.places],
    ['camera', facets.cameras],
  ] as const;
  return lists
    .flatMap(([field, counted]) =>
      counted
        .filter(({ name }) =>
          name
            .toLowerCase()
            .split(/[/\s]/)
            .some((word) => word.startsWith(wanted)),
        )
        .map(({ name, count }) => ({ field, name, count, query: `${field}:${quoted(name)}` })),
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, 10);
}

export function mapView(library: MemoryLibrary, bounds: Bounds, zoom: number): MapView {
  const cell = 360 / 2 ** zoom / 6;
  const cells = new Map<string, Photo[]>();
  for (const photo of library.newest()) {
    if (!inside(photo, bounds)) continue;
    const [lat = 0, lon = 0] = photo.position ?? [];
    const key = `${Math.floor(lat / cell)}/${Math.floor(lon / cell)}`;
    cells.set(key, [...(cells.get(key) ?? []), photo]);
  }
  const clusters = [...cells.values()].map(clusterOf).sort((a, b) => b.count - a.count);
  return { height: library.height, total: clusters.reduce((sum, { count }) => sum + count, 0), clusters };
}

const groupsOf = new WeakMap<MemoryLibrary, string[][]>();

/** Pretends that the first three of each twenty photos look alike; the second is half as wide and high. */
export function alikePage(library: MemoryLibrary, skip: number, limit: number): AlikePage {
  const known = groupsOf.get(library) ?? invented(library);
  groupsOf.set(library, known);
  const cards = known.map((ids) => {
    const photos = ids.map((id) => library.photo(id));
    return photos.flatMap((photo, index) => {
      if (photo.trashed) return [];
      const card = cardOf(photo);
      return [
        index === 1
          ? { ...card, width: Math.round(card.width / 2), height: Math.round(card.height / 2) }
          : card,
      ];
    });
  });
  const groups = cards.filter((photos) => photos.length > 1).map((photos) => ({ photos }));
  return { total: groups.length, groups: groups.slice(skip, skip + limit) };
}

function invented(library: MemoryLibrary): string[][] {
  const photos = [...library.newest()].filter((photo) => photo.kind === 'photo').slice(0, 1000);
  return Array.from({ length: Math.floor(photos.length / 20) }, (_, index) =>
    photos.slice(index * 20, index * 20 + 3).map(({ id }) => id),
  );
}

export function cardOf(photo: Photo): Card {
  const {
    id,
    name,
    taken_at,
    tags,
    position,
    place,
    rating,
    favorite,
    state,
    kind,
    width,
    height,
    thumbhash,
  } = photo;
  return {
    id,
    name,
    taken_at,
    tags,
    position,
    place,
    rating,
    favorite,
    state,
    kind,
    width,
    height,
    thumbhash,
  };
}

function quoted(name: string): string {
  return /[\s"()]/.test(name) ? `"${name.replaceAll('"', '\\"')}"` : name;
}

function facetsOf(photos: readonly Photo[]): Facets {
  const of = (values: (photo: Photo) => readonly string[]): Counted[] => {
    const counts = new Map<string, number>();
    for (const photo of photos)
      for (const name of values(photo)) counts.set(name, (counts.get(name) ?? 0) + 1);
    const counted = [...counts].map(([name, count]) => ({ name, count }));
    return counted.sort((a, b) => b.count - a.count || a.name.localeCompare(b.name)).slice(0, FACETS_MAX);
  };
  const one = (value: string | null | undefined) => (value ? [value] : []);
  return {
    tags: of((photo) => photo.tags),
    albums: of((photo) => photo.albums),
    people: of((photo) => photo.people),
    cameras: of((photo) => one(photo.camera)),
    places: of((photo) => one(photo.place)),
    years: of((photo) => [photo.taken_at.slice(0, 4)]).sort((a, b) => b.name.localeCompare(a.name)),
  };
}

function clusterOf(photos: readonly Photo[]): Cluster {
  const lats = photos.map((photo) => photo.position?.[0] ?? 0);
  const lons = photos.map((photo) => photo.position?.[1] ?? 0);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    position: [mean(lats), mean(lons)],
    bbox: [Math.min(...lats), Math.min(...lons), Math.max(...lats), Math.max(...lons)],
    count: photos.length,
    id: photos[0]?.id ?? '',
  };
}

/** Whose name, tag or caption is longer matches a word less well, which is enough to see another order. */
function sorted(photos: Photo[], sort: SearchOptions['sort'] = 'newest'): Photo[] {
  if (sort === 'oldest') return photos.reverse();
  if (sort === 'relevance') return photos.sort((a, b) => a.tags.length - b.tags.length);
  return photos;
}
