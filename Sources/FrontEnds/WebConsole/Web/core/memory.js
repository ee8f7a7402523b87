// What this browser remembers for its person: small choices that are theirs and not a page's. Where storage is forbidden, a
// choice lasts as long as the page.
import { ref } from './vue.js';

/** A remembered value as a ref: read once, written at each change. @param {string} fallback */
export function remembered(name, fallback) {
    const key = `groundwatch.${name}`;
    let first = fallback;
    try {
        first = localStorage.getItem(key) ?? fallback;
    } catch {
        // Forbidden: the fallback it is.
    }
    const value = ref(first);
    function set(next) {
        value.value = next;
        try {
            localStorage.setItem(key, next);
        } catch {
            // Forbidden: kept until the page is left.
        }
    }
    return { value, set };
}

/** The newest few of something, newest first, without doubles. */
export function rememberedList(name, countMax) {
    const { value, set } = remembered(name, '[]');
    function items() {
        try {
            const list = JSON.parse(value.value);
            return Array.isArray(list) ? list.filter(item => typeof item === 'string').slice(0, countMax) : [];
        } catch {
            return [];
        }
    }
    return { items, add: item => set(JSON.stringify([item, ...items().filter(other => other !== item)].slice(0, countMax))) };
}
