// Comparing with another time: the same range, so much earlier, laid under what is shown. In the address, so it follows from page
// to page and goes along with a link.
import { computed } from './vue.js';
import { route, setQuery } from './router.js';

const offsets = {
    '1h': { words: 'an hour before', milliseconds: 3_600_000 }, '1d': { words: 'a day before', milliseconds: 86_400_000 },
    '1w': { words: 'a week before', milliseconds: 604_800_000 }, '4w': { words: 'four weeks before', milliseconds: 2_419_200_000 },
};

/** What is compared with: `{ words, milliseconds }`, or null. */
export const comparison = computed(() => offsets[route.query.cmp] ?? null);

/** Its name in the address, and the choices by name for a field. */
export const comparisonName = computed(() => comparison.value ? route.query.cmp : '');
export const comparisons = { '': 'Compare with…', ...Object.fromEntries(Object.entries(offsets).map(([name, { words }]) => [name, words])) };
export const compareWith = name => setQuery({ cmp: name || null });

/** Series of the other time as pale twins of these: the same colour, their own key and name. */
export const ghosts = series => series.map(entry => ({ ...entry, key: `${entry.key}\u0000before`, label: `${entry.label}, ${comparison.value.words}`, isGhost: true, of: entry.key }));
