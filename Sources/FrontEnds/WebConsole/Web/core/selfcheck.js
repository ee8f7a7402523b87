// What the server says of itself: whether its parts work, and its own figures in Prometheus' text form.
import { read } from './api.js';

/**
 * @typedef {{name: string, labels: Record<string, string>, value: number}} Reading
 * @typedef {{kind: string, help: string, readings: Reading[]}} Family
 */

const labelPattern = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/g;
const unescaped = text => text.replace(/\\(["\\n])/g, (_, mark) => mark === 'n' ? '\n' : mark);

/** @param {string} text Source: Prometheus exposition format 0.0.4. @returns {Map<string, Family>} */
export function readFigures(text) {
    const families = new Map();
    const family = name => families.get(name) ?? families.set(name, { kind: 'untyped', help: '', readings: [] }).get(name);
    for (const line of text.split('\n')) {
        const told = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
        if (told) { family(told[2])[told[1] === 'HELP' ? 'help' : 'kind'] = told[3]; continue; }
        const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
        if (!found) continue;
        const labels = Object.fromEntries([...(found[2] ?? '').matchAll(labelPattern)].map(([, name, value]) => [name, unescaped(value)]));
        family(found[1]).readings.push({ name: found[1], labels, value: Number(found[3]) });
    }
    return families;
}

/** @returns {Promise<import('./api.js').Answer>} value: `{ health, families, at }`; a part that is down is an answer, not an error */
export async function askSelf(signal) {
    const [health, figures] = await Promise.all([read('/health/detailed', signal, [503]), read('/metrics', signal)]);
    if (!health.ok || !figures.ok) return health.ok ? figures : health;
    try {
        return { ok: true, value: { health: JSON.parse(health.value), families: readFigures(figures.value), at: Date.now() } };
    } catch {
        return { ok: false, error: { operation: '/health/detailed', code: 'BadAnswer', message: 'the answer is not JSON', status: 200, requestId: null } };
    }
}
