// Which colour a series or a service has: bound to its identity, so that it keeps it across panels and reloads.
import { colors } from '../core/theme.js';

const palette = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8'];
/** The red slot of either theme would read as an error, so it is given last. */
const redSlot = 6;

/** FNV-1a over UTF-16 units: small, stable, good enough to spread names over eight slots. */
function hash(text) {
    let value = 0x811c9dc5;
    for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
    return value >>> 0;
}

/**
 * A token name for each key, without two alike while there are colours left.
 * @param {string[]} keys identities, in an order that does not change from one answer to the next
 */
export function colorTokens(keys) {
    const free = new Set(palette.keys());
    const given = new Map();
    for (const key of keys) {
        if (given.has(key)) continue;
        if (free.size === 0) for (const slot of palette.keys()) free.add(slot);
        let slot = hash(key) % palette.length;
        while (!free.has(slot) || (slot === redSlot && free.size > 1)) slot = (slot + 1) % palette.length;
        free.delete(slot);
        given.set(key, palette[slot]);
    }
    return given;
}

export const color = token => colors.value[token];
