// The words of the query languages, from the server's own parsers, so that an editor and the engine cannot differ.
import { shallowRef } from './vue.js';
import { read } from './api.js';

/**
 * @typedef {{name: string, summary: string}} Word
 * @typedef {{commands: Word[], functions: Word[], connectives: string[], fields: Word[]}} Vocabulary
 */

const none = { commands: [], functions: [], connectives: [], fields: [] };
const known = new Map();

/**
 * A language's words as a ref: none until they have come, and asked for again by the next who needs them when they did not.
 * @param {'insights'|'metric-math'} name
 * @returns {import('./vue.js').ShallowRef<Vocabulary>}
 */
export function vocabularyOf(name) {
    const words = known.get(name) ?? known.set(name, shallowRef(none)).get(name);
    if (words.value === none) load(name, words);
    return words;
}

async function load(name, words) {
    const answer = await read(`/api/ui/v1/languages/${name}`);
    if (!answer.ok) return;
    try {
        words.value = { ...none, ...JSON.parse(answer.value) };
    } catch {
        // No words: a query can still be written and run, only without colours.
    }
}
