// Foreign text with its web addresses as links: only http and https, in a window of their own, and never more than text and links.
import { h } from '../core/vue.js';
import { visible } from '../core/format.js';

const address = /https?:\/\/[^\s<>"'`]{1,2000}/g;

/** @returns the parts of the text, for a render function */
export function linked(text, limit) {
    const whole = visible(text, limit), found = [];
    let at = 0;
    for (const { 0: match, index } of whole.matchAll(address)) {
        // A sentence's own mark behind an address is not part of it.
        const target = match.replace(/[.,;:!?)\]]+$/, '');
        found.push(whole.slice(at, index), h('a', { href: target, target: '_blank', rel: 'noopener noreferrer' }, target));
        at = index + target.length;
    }
    return [...found, whole.slice(at)];
}
