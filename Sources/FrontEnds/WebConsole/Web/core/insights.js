// Reading the text of a Logs Insights query, for colours, for completion and for the count above its rows. The server's parser is
// the judge of a query; what is read here only helps to write one. Source: CloudWatch Logs user guide, query syntax.

// A comment, a text, a pattern after `like` or `parse`, a number, a field or a word, in this order at each place.
const token = /(#[^\n]*)|("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|((?<=(?:like|parse|=~|[\w@.]+)\s+)\/(?:\\.|[^/\\\n])+\/?)|(\b\d+(?:\.\d+)?(?:ms|s|m|h|d|w)?\b)|(@?[A-Za-z_][\w.]*|`[^`\n]*`?)|(\|)/g;

/** What kind of word each name is, in lower case. @param {import('./languages.js').Vocabulary} vocabulary */
const kinds = ({ commands, functions, connectives }) => new Map([
    ...commands.map(({ name }) => [name.toLowerCase(), 'command']), ...connectives.map(name => [name, 'word']), ...functions.map(({ name }) => [name.toLowerCase(), 'function']),
]);

/**
 * @param {import('./languages.js').Vocabulary} [vocabulary] without one only texts, numbers and fields have a colour
 * @returns {{from: number, to: number, kind: string}[]} what has a colour in the text, in order
 */
export function tokens(text, vocabulary = { commands: [], functions: [], connectives: [] }) {
    const found = [], byName = kinds(vocabulary);
    for (const match of text.matchAll(token)) {
        const [whole, comment, string, pattern, number, name, pipe] = match;
        const follows = text[match.index + whole.length];
        const kind = comment ? 'comment' : string ? 'string' : pattern ? 'pattern' : number ? 'number' : pipe ? 'command'
            : name.startsWith('@') || name.startsWith('`') ? 'field' : nameKind(byName, name, follows);
        if (kind) found.push({ from: match.index, to: match.index + whole.length, kind });
    }
    return found;
}

function nameKind(byName, name, follows) {
    const kind = byName.get(name.toLowerCase());
    return kind === 'function' && follows !== '(' ? null : kind ?? null;
}

/** The parts between pipes; a pipe inside a text or a pattern does not count. */
export function parts(text) {
    const found = [], inside = tokens(text).filter(({ kind }) => ['string', 'pattern', 'comment'].includes(kind));
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
        if (text[at] !== '|' || inside.some(({ from, to }) => from <= at && at < to)) continue;
        found.push(text.slice(start, at).trim());
        start = at + 1;
    }
    return [...found, text.slice(start).trim()].filter(Boolean);
}

/** A part's command, in lower case; comments may stand before it. */
const commandOf = part => /^[a-z]+/i.exec(part.replace(/^(#[^\n]*\n\s*)+/, ''))?.[0].toLowerCase();

/**
 * The condition that a field has a value, or has another: `level = "ERROR"`.
 * @param {string} path as fields of JSON are named: `order.items.0`
 * @returns {string|null} null where the language cannot say it
 */
export function conditionOf(path, value, isNot = false) {
    const isText = typeof value === 'string';
    if (!isText && typeof value !== 'number' || path === '' || /[`\u0000-\u001f]/.test(path) || path.length > 200) return null;
    if (isText && (value.length > 300 || /[\u0000-\u001f]/.test(value))) return null;
    const name = /^[A-Za-z_@][\w.]*$/.test(path) ? path : `\`${path}\``;
    return `${name} ${isNot ? '!=' : '='} ${isText ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`;
}

/** What selects rows stands before what shapes them. */
const selecting = new Set(['source', 'fields', 'filter', 'where', 'filterindex', 'parse']);

/** The query with one more condition, before the first command that orders, counts or cuts. */
export function withFilter(text, condition) {
    const all = parts(text), end = all.findIndex(part => !selecting.has(commandOf(part))), at = end < 0 ? all.length : end;
    return [...all.slice(0, at), `filter ${condition}`, ...all.slice(at)].join('\n| ');
}

/** The query that counts the rows which `text` starts from, by period; what selects rows stays, what shapes them goes. */
export function countingQuery(text, period) {
    const kept = [];
    for (const part of parts(text)) {
        const command = commandOf(part);
        if (['filter', 'where', 'filterindex', 'parse', 'fields'].includes(command)) kept.push(part);
        if (['stats', 'dedup', 'limit', 'head', 'tail'].includes(command)) break;
    }
    return [...kept, `stats count(*) as rows by bin(${period}s) as period`, 'limit 10000'].join('\n| ');
}

/** A time as results write it, "2026-11-21 10:15:00.000" UTC, in milliseconds; NaN for anything else. */
export const timeOf = text => /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text ?? '') ? Date.parse(text.replace(' ', 'T') + 'Z') : NaN;
