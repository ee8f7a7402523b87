// Short remarks that come and go at the edge: "Copied", "The alarm was set". What must not be missed stands in a card instead.
import { shallowReactive } from './vue.js';

const stayMilliseconds = 4000, countMax = 4;
let next = 0;

/** @type {{id: number, text: string, look: 'plain'|'bad'}[]} */
export const toasts = shallowReactive([]);

export function say(text, look = 'plain') {
    const toast = { id: next += 1, text, look };
    toasts.push(toast);
    if (toasts.length > countMax) toasts.shift();
    setTimeout(() => dismiss(toast.id), look === 'bad' ? stayMilliseconds * 2 : stayMilliseconds);
}

export function dismiss(id) {
    const index = toasts.findIndex(toast => toast.id === id);
    if (index >= 0) toasts.splice(index, 1);
}

/** Copies text and says that it did, or why not. */
export async function copy(text, what) {
    try {
        await navigator.clipboard.writeText(text);
        say(`${what} copied`);
    } catch {
        say('Copying is not allowed here', 'bad');
    }
}
