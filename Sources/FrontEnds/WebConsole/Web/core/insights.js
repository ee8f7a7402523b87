// The words of the Logs Insights language, for colours and completion. The server's parser is the judge of a query; these
// tables only help to write one. Source: CloudWatch Logs user guide, query syntax; the commands are those this server runs.

export const commands = {
    dedup: 'keeps the first row of each value', display: 'shows only these fields', fields: 'takes or computes fields', filter: 'keeps the rows that match',
    limit: 'keeps the first rows', parse: 'takes fields out of a text', sort: 'orders the rows', stats: 'counts and sums, by group',
};

const words = ['as', 'asc', 'by', 'desc', 'in', 'like', 'and', 'or', 'not'];

export const functions = {
    avg: 'mean', count: 'how many', count_distinct: 'how many different', earliest: 'the oldest row’s value', latest: 'the newest row’s value', max: 'largest', min: 'smallest',
    median: 'the middle', pct: 'a percentile: pct(duration, 99)', stddev: 'spread', sum: 'total', sortsFirst: 'first in order', sortsLast: 'last in order',
    bin: 'the period a row falls in: bin(5m)', dateceil: 'rounds a time up', datefloor: 'rounds a time down', fromMillis: 'milliseconds to a time', toMillis: 'a time to milliseconds',
    abs: 'without the sign', ceil: 'rounds up', floor: 'rounds down', greatest: 'the largest of these', least: 'the smallest of these', log: 'logarithm', sqrt: 'square root',
    coalesce: 'the first that is there', concat: 'joins texts', ispresent: 'whether the field is there', isblank: 'missing or blank', isempty: 'missing or empty',
    ltrim: 'without blanks before', rtrim: 'without blanks after', trim: 'without blanks around', replace: 'replaces a text', strcontains: '1 when it contains the text',
    strlen: 'length', substr: 'a part', tolower: 'in small letters', toupper: 'in capitals',
    isIpv4InSubnet: 'address in a subnet', isIpv6InSubnet: 'address in a subnet', isValidIp: 'whether it is an address', isValidIpv4: 'whether it is an address', isValidIpv6: 'whether it is an address',
};

export const systemFields = { '@timestamp': 'when it happened', '@message': 'the whole line', '@logStream': 'its stream', '@log': 'its account and group', '@ingestionTime': 'when it arrived', '@duration': 'of a Lambda REPORT', '@billedDuration': 'of a Lambda REPORT', '@maxMemoryUsed': 'of a Lambda REPORT', '@requestId': 'of a Lambda line', '@type': 'of a Lambda line' };

const byName = new Map([
    ...Object.keys(commands).map(word => [word, 'command']), ...words.map(word => [word, 'word']),
    ...Object.keys(functions).map(word => [word.toLowerCase(), 'function']),
]);

// A comment, a text, a pattern after `like` or `parse`, a number, a field or a word, in this order at each place.
const token = /(#[^\n]*)|("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|((?<=(?:like|parse|=~|[\w@.]+)\s+)\/(?:\\.|[^/\\\n])+\/?)|(\b\d+(?:\.\d+)?(?:ms|s|m|h|d|w)?\b)|(@?[A-Za-z_][\w.]*|`[^`\n]*`?)|(\|)/g;

/** @returns {{from: number, to: number, kind: string}[]} what has a colour in the text, in order */
export function tokens(text) {
    const found = [];
    for (const match of text.matchAll(token)) {
        const [whole, comment, string, pattern, number, name, pipe] = match;
        const follows = text[match.index + whole.length];
        const kind = comment ? 'comment' : string ? 'string' : pattern ? 'pattern' : number ? 'number' : pipe ? 'command'
            : name.startsWith('@') || name.startsWith('`') ? 'field' : nameKind(name, follows);
        if (kind) found.push({ from: match.index, to: match.index + whole.length, kind });
    }
    return found;
}

function nameKind(name, follows) {
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

/** The query that counts the rows which `text` starts from, by period; what selects rows stays, what shapes them goes. */
export function countingQuery(text, period) {
    const kept = [];
    for (const part of parts(text)) {
        const command = /^[a-z]+/i.exec(part.replace(/^(#[^\n]*\n\s*)+/, ''))?.[0].toLowerCase();
        if (['filter', 'where', 'filterindex', 'parse', 'fields'].includes(command)) kept.push(part);
        if (['stats', 'dedup', 'limit', 'head', 'tail'].includes(command)) break;
    }
    return [...kept, `stats count(*) as rows by bin(${period}s) as period`, 'limit 10000'].join('\n| ');
}

/** A time as results write it, "2026-11-21 10:15:00.000" UTC, in milliseconds; NaN for anything else. */
export const timeOf = text => /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text ?? '') ? Date.parse(text.replace(' ', 'T') + 'Z') : NaN;
