// A state is always shape, word and colour, so that none of the three is needed alone.
import { h } from '../core/vue.js';

const states = {
    OK: { shape: '●', word: 'OK', look: 'ok' },
    ALARM: { shape: '▲', word: 'In alarm', look: 'alarm' },
    WARN: { shape: '◆', word: 'Warning', look: 'warn' },
    INSUFFICIENT_DATA: { shape: '○', word: 'No data', look: 'nodata' },
    ERROR: { shape: '▲', word: 'Error', look: 'alarm' },
    FAULT: { shape: '▲', word: 'Fault', look: 'alarm' },
    THROTTLE: { shape: '◆', word: 'Throttled', look: 'warn' },
    CLIENT_ERROR: { shape: '◆', word: 'Error', look: 'warn' },
};

/** @param {string} state one of the names above; @param {string} [word] instead of the state's own */
export function stateBadge(state, word) {
    const { shape, word: own, look } = states[state] ?? { shape: '○', word: state, look: 'nodata' };
    return h('span', { class: ['state', look] }, [h('span', { class: 'shape', 'aria-hidden': 'true' }, shape), word ?? own]);
}
