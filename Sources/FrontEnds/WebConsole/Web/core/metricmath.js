// Reading the text of a metric expression, for colours, for completion and for the place of a mistake. The server's parser is the
// judge of an expression; what is read here only helps to write one. Source: CloudWatch user guide, metric math syntax and functions.
import { visible } from './format.js';

// A text in either quotes, a number, or a name.
const token = /('(?:''|[^'])*'?|"(?:""|[^"])*"?)|(\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|([A-Za-z_]\w*)/g;

/**
 * @param {import('./languages.js').Vocabulary} vocabulary; @param {string[]} ids of the other queries
 * @returns {{from: number, to: number, kind: string}[]} what has a colour in the text, in order
 */
export function tokens(text, vocabulary, ids) {
    const functions = new Set(vocabulary.functions.map(({ name }) => name)), words = new Set(vocabulary.connectives);
    return [...text.matchAll(token)].flatMap(match => {
        const [whole, string, number, name] = match, isCall = /^\s*\(/.test(text.slice(match.index + whole.length));
        const kind = string ? 'string' : number ? 'number' : isCall && functions.has(name.toUpperCase()) ? 'function' : words.has(name.toUpperCase()) ? 'word' : ids.includes(name) ? 'field' : null;
        return kind ? [{ from: match.index, to: match.index + whole.length, kind }] : [];
    });
}

/**
 * What could be written at a place: the other queries, then the functions.
 * @param {{id: string, label: string}[]} queries
 */
export const completions = (vocabulary, queries) => [
    ...queries.map(({ id, label }) => ({ label: id, type: 'variable', detail: visible(label, 80), boost: 1 })),
    ...vocabulary.functions.map(({ name, summary }) => ({ label: name, type: 'function', detail: summary, apply: `${name}(` })),
    ...vocabulary.connectives.map(name => ({ label: name, type: 'keyword' })),
];

/**
 * Where a query's expression is wrong, of what the server says: "Error in expression 'e1': … (at position 7)", counted from 1.
 * @returns {{from: number, to: number}|null} null when the mistake is another's
 */
export function mistakeIn(text, id, error) {
    const [, of, why] = /^Error in expression '([^']*)': (.*)$/s.exec(error?.message ?? '') ?? [];
    if (of !== id) return null;
    const at = /\(at position (\d+)\)$/.exec(why)?.[1], name = /^cannot use '([^']+)'/.exec(why)?.[1];
    if (at !== undefined) {
        const from = Math.min(Number(at) - 1, text.length), word = /^\w+/.exec(text.slice(from))?.[0].length ?? 1;
        return { from, to: from + word };
    }
    const from = name ? text.search(new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`)) : -1;
    return from < 0 ? { from: 0, to: text.length } : { from, to: from + name.length };
}
