// States over time, a lane each: red and high while firing, low and calm else, hatched where nothing was known. The cursor and dragging
// to zoom are those of charts.
import { h, shallowRef } from '../core/vue.js';
import { cursor, pointAt, pointAway } from '../core/cursor.js';
import { milliseconds, visible } from '../core/format.js';
import { setQuery } from '../core/router.js';
import { clock, day, shortClock, wholeTimes } from '../core/time.js';

const words = { OK: 'OK', ALARM: 'in alarm', INSUFFICIENT_DATA: 'no data' };

const dragPixelsMin = 6;

/**
 * @example h(Swimlanes, { lanes: [{ key, label, name, stretches: [{ state, from, to }] }], window: { from, to } })
 * `name` is what stands before the lane, `label` the same as text; times in milliseconds.
 */
export const Swimlanes = {
    props: { lanes: { type: Array, required: true }, window: { type: Object, required: true } },
    setup(props) {
        /** Where the pointer went down and where it is, in shares of the track; null when it is up. */
        const drag = shallowRef(null);
        const length = () => props.window.to - props.window.from, share = time => (time - props.window.from) / length() * 100;
        const at = event => {
            const box = event.currentTarget.getBoundingClientRect();
            return { part: Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)), pixels: box.width };
        };
        const pointer = {
            onPointermove(event) {
                const { part, pixels } = at(event);
                pointAt(props.window.from + part * length(), length() / pixels * 8);
                if (drag.value) drag.value = { ...drag.value, to: part, pixels };
            },
            onPointerleave: pointAway,
            onPointerdown(event) {
                if (event.button !== 0 || event.pointerType === 'touch') return;
                event.currentTarget.setPointerCapture(event.pointerId);
                const { part, pixels } = at(event);
                drag.value = { from: part, to: part, pixels };
            },
            onPointerup() {
                const { from, to, pixels } = drag.value ?? { from: 0, to: 0, pixels: 0 };
                drag.value = null;
                if (Math.abs(to - from) * pixels < dragPixelsMin) return;
                const [start, end] = [from, to].sort((a, b) => a - b).map(part => String(Math.round(props.window.from + part * length())));
                setQuery({ from: start, to: end });
            },
            onPointercancel() { drag.value = null; },
        };
        const over = () => [
            cursor.time !== null && cursor.time >= props.window.from && cursor.time <= props.window.to ? h('i', { class: 'cursorline', style: { left: `${share(cursor.time)}%` } }) : null,
            drag.value ? h('i', { class: 'lanebrush', style: { left: `${Math.min(drag.value.from, drag.value.to) * 100}%`, width: `${Math.abs(drag.value.to - drag.value.from) * 100}%` } }) : null,
        ];
        const lane = ({ key, label, name, stretches }) => h('div', { class: 'lane', key }, [
            h('div', { class: 'name' }, name),
            h('div', { class: 'track', role: 'img', ...pointer, 'aria-label': `${visible(label, 120)}: ${stretches.slice(-8).map(({ state, from }) => `${words[state] ?? state} from ${clock(from)}`).join(', ')}` }, [
                ...stretches.map(({ state, from, to }) => h('i', {
                    class: ['stretch', state], style: { left: `${share(from)}%`, width: `max(2px, ${share(to) - share(from)}%)` }, title: `${words[state] ?? state}, ${clock(from)} – ${clock(to)} (${milliseconds(to - from)})`,
                })), ...over(),
            ]),
        ]);
        return () => {
            // As the axis of a chart has them, and none where it would hang over the edge.
            const ticks = wholeTimes(props.window).map(time => ({ time, at: share(time) })).filter(tick => tick.at > 2 && tick.at < 98), isLong = length() > 2 * 86_400_000;
            return h('div', { class: 'lanes' }, [
                ...props.lanes.map(lane),
                h('div', { class: 'lane ticks', 'aria-hidden': 'true' }, [h('div', { class: 'name' }), h('div', { class: 'track' }, ticks.map(tick => h('span', { style: { left: `${tick.at}%` } }, isLong ? day(tick.time) : shortClock(tick.time))))]),
            ]);
        };
    },
};
