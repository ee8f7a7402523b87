// States over time, a lane each: red and high while firing, low and calm else, hatched where nothing was known.
import { h } from '../core/vue.js';
import { cursor, pointAt, pointAway } from '../core/cursor.js';
import { milliseconds, visible } from '../core/format.js';
import { clock, shortClock } from '../core/time.js';

const words = { OK: 'OK', ALARM: 'in alarm', INSUFFICIENT_DATA: 'no data' };

/** @param {{lanes: {key: string, name: any, stretches: {state: string, from: number, to: number}[], label: string}[], window: {from: number, to: number}}} options */
export function swimlanes({ lanes, window }) {
    const share = time => (time - window.from) / (window.to - window.from) * 100;
    const onPointermove = event => {
        const box = event.currentTarget.getBoundingClientRect();
        pointAt(window.from + (event.clientX - box.left) / box.width * (window.to - window.from), (window.to - window.from) / box.width * 8);
    };
    const ticks = [0, 0.25, 0.5, 0.75, 1].map(part => ({ part, time: window.from + part * (window.to - window.from) }));
    return h('div', { class: 'lanes' }, [
        ...lanes.map(lane => h('div', { class: 'lane', key: lane.key }, [
            h('div', { class: 'name' }, lane.name),
            h('div', { class: 'track', role: 'img', onPointermove, onPointerleave: pointAway, 'aria-label': `${visible(lane.label, 120)}: ${lane.stretches.slice(-8).map(({ state, from }) => `${words[state] ?? state} from ${clock(from)}`).join(', ')}` }, lane.stretches.map(({ state, from, to }) => h('i', {
                class: ['stretch', state], style: { left: `${share(from)}%`, width: `max(2px, ${share(to) - share(from)}%)` }, title: `${words[state] ?? state}, ${clock(from)} – ${clock(to)} (${milliseconds(to - from)})`,
            })).concat(cursor.time !== null && cursor.time >= window.from && cursor.time <= window.to ? h('i', { class: 'cursorline', style: { left: `${share(cursor.time)}%` } }) : [])),
        ])),
        h('div', { class: 'lane ticks', 'aria-hidden': 'true' }, [h('div', { class: 'name' }), h('div', { class: 'track' }, ticks.map(({ part, time }) => h('span', { class: { last: part === 1 }, style: part === 1 ? { right: 0 } : { left: `${part * 100}%` } }, shortClock(time))))]),
    ]);
}
