/** Texts of search, in English. */
export const search = {
  'search.label': 'Search photos',
  'search.hint': 'Search names, tags, captions, cameras, dates',
  'search.clear': 'Clear search',
  'search.summary': '{photos} · {time}',
  'search.busy': 'Searching…',
  'search.empty': 'No photo matches',
  'search.empty.hint': 'Fewer words find more. Try a tag, a camera or a year, such as taken:2019.',
  'search.wrong': 'This search cannot be understood',
  'search.failed': 'The search failed: {reason}',
  'search.results': 'Search results',
} as const;
