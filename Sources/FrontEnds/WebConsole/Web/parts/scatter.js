// Points in time: each something that took a while, coloured by how it ended. A point is looked at with the pointer, opened by
// a click; dragging zooms, as on every panel.
import { computed, h, onBeforeUnmount, onMounted, ref, shallowRef, watch } from '../core/vue.js';
import { cursor, pointAt, pointAway } from '../core/cursor.js';
import { milliseconds, plural } from '../core/format.js';
import { setQuery } from '../core/router.js';
import { colors } from '../core/theme.js';
import { clockWithMilliseconds, day, shortClock, zone } from '../core/time.js';
import { margins } from './chartframe.js';
import { stateBadge } from './state.js';

const reachPixels = 24, dragPixelsMin = 6, radius = 3;

/** Steps of the time axis that read well, in milliseconds. */
const steps = [1000, 5000, 15_000, 30_000, 60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000];
/** A logarithmic axis from a tenth of a millisecond on. */
const leastValue = 0.1;

/**
 * `points`: `{ key, time, value, state, label }`, times in milliseconds, values in milliseconds, states as in parts/state.js.
 */
export const Scatter = {
    props: { title: { type: String, required: true }, points: { type: Array, required: true }, window: { type: Object, required: true }, height: { type: Number, default: 180 } },
    emits: ['open'],
    setup(props, { emit }) {
        const canvas = ref(null), frame = ref(null), width = ref(0), near = shallowRef(null), drag = shallowRef(null);
        let sizes = null;
        const inner = computed(() => ({ width: Math.max(1, width.value - margins.left - margins.right), height: props.height - margins.top - margins.bottom }));
        const decades = computed(() => {
            const values = props.points.map(({ value }) => Math.max(leastValue, value)), low = Math.floor(Math.log10(Math.min(10, ...values))), high = Math.ceil(Math.log10(Math.max(100, ...values) * 1.05));
            return { low, high };
        });
        const xOf = time => margins.left + (time - props.window.from) / (props.window.to - props.window.from) * inner.value.width;
        const yOf = value => margins.top + inner.value.height * (1 - (Math.log10(Math.max(leastValue, value)) - decades.value.low) / (decades.value.high - decades.value.low));
        const timeAt = x => props.window.from + Math.min(1, Math.max(0, (x - margins.left) / inner.value.width)) * (props.window.to - props.window.from);

        function draw() {
            if (!canvas.value || width.value === 0) return;
            const ratio = devicePixelRatio || 1, pen = canvas.value.getContext('2d'), shades = colors.value;
            canvas.value.width = width.value * ratio;
            canvas.value.height = props.height * ratio;
            pen.scale(ratio, ratio);
            pen.font = '11px sans-serif';
            pen.fillStyle = shades.axis;
            pen.strokeStyle = shades.grid;
            pen.textAlign = 'right';
            for (let power = decades.value.low; power <= decades.value.high; power += 1) {
                const y = Math.round(yOf(10 ** power)) + 0.5;
                pen.beginPath(); pen.moveTo(margins.left, y); pen.lineTo(width.value - margins.right, y); pen.stroke();
                pen.fillText(milliseconds(10 ** power), margins.left - 6, y + 4);
            }
            pen.textAlign = 'center';
            const span = props.window.to - props.window.from, step = steps.find(step => span / step <= Math.max(2, inner.value.width / 90)) ?? steps.at(-1);
            for (let time = Math.ceil(props.window.from / step) * step; time < props.window.to; time += step) {
                if (xOf(time) < margins.left + 16 || xOf(time) > width.value - margins.right - 10) continue;
                pen.fillText(step >= 86_400_000 ? day(time) : step < 60_000 ? clockWithMilliseconds(time).slice(0, 8) : shortClock(time), xOf(time), props.height - 7);
            }
            const looks = { OK: [shades.accent, 0.55], CLIENT_ERROR: [shades.warn, 0.95], THROTTLE: [shades.warn, 0.95], FAULT: [shades.alarm, 0.95] };
            for (const state of Object.keys(looks)) {
                [pen.fillStyle, pen.globalAlpha] = looks[state];
                for (const point of props.points) {
                    if (point.state !== state) continue;
                    const x = xOf(point.time), y = yOf(point.value);
                    pen.beginPath();
                    if (state === 'OK') pen.arc(x, y, radius, 0, 2 * Math.PI);
                    else if (state === 'FAULT') { pen.moveTo(x, y - 5); pen.lineTo(x + 5, y + 4); pen.lineTo(x - 5, y + 4); }
                    else { pen.moveTo(x, y - 5); pen.lineTo(x + 5, y); pen.lineTo(x, y + 5); pen.lineTo(x - 5, y); }
                    pen.fill();
                }
            }
            pen.globalAlpha = 1;
        }
        onMounted(() => {
            sizes = new ResizeObserver(([entry]) => { width.value = entry.contentRect.width; });
            sizes.observe(frame.value);
        });
        onBeforeUnmount(() => sizes?.disconnect());
        watch([() => props.points, () => props.window, width, colors, zone], draw, { flush: 'post' });

        function nearest(event) {
            const box = frame.value.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
            let best = null, least = reachPixels ** 2;
            for (const point of props.points) {
                const far = (xOf(point.time) - x) ** 2 + (yOf(point.value) - y) ** 2;
                if (far < least) { least = far; best = point; }
            }
            return best;
        }
        const pointer = {
            onPointermove(event) {
                const x = event.clientX - frame.value.getBoundingClientRect().left;
                pointAt(timeAt(x), (props.window.to - props.window.from) / inner.value.width * 8);
                if (drag.value) drag.value = { ...drag.value, to: x }; else near.value = nearest(event);
            },
            onPointerleave() { near.value = null; pointAway(); },
            onPointerdown(event) {
                if (event.button !== 0 || event.pointerType === 'touch') return;
                const x = event.clientX - frame.value.getBoundingClientRect().left;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.value = { from: x, to: x };
            },
            onPointerup(event) {
                const { from, to } = drag.value ?? { from: 0, to: 0 };
                drag.value = null;
                if (Math.abs(to - from) < dragPixelsMin) {
                    const point = nearest(event);
                    if (point) emit('open', point.key);
                    return;
                }
                const ends = [timeAt(from), timeAt(to)].sort((a, b) => a - b).map(time => String(Math.round(time)));
                setQuery({ from: ends[0], to: ends[1] });
            },
            onPointercancel() { drag.value = null; },
        };

        function tip() {
            const { time, value, state, label } = near.value, x = xOf(time), isLeft = x > width.value / 2;
            return h('div', { class: 'tip', style: isLeft ? { right: `${width.value - x + 10}px` } : { left: `${x + 10}px` } }, [
                h('div', { class: 'meta' }, clockWithMilliseconds(time)), h('div', { class: 'row' }, [h('span', label), h('b', milliseconds(value))]), stateBadge(state),
            ]);
        }
        return () => h('div', { class: 'plotframe scatter', ref: frame, style: { height: `${props.height}px` }, role: 'img', 'aria-label': `${props.title}: ${plural(props.points.length, 'point')}; the table below has each of them`, ...pointer }, [
            h('canvas', { ref: canvas, class: 'plot', style: { width: '100%', height: '100%' } }),
            drag.value && Math.abs(drag.value.to - drag.value.from) >= dragPixelsMin ? h('div', { class: 'brush', style: { left: `${Math.min(drag.value.from, drag.value.to)}px`, width: `${Math.abs(drag.value.to - drag.value.from)}px` } }) : null,
            cursor.time !== null && cursor.time >= props.window.from && cursor.time <= props.window.to ? h('div', { class: 'cursor', style: { left: `${xOf(cursor.time)}px` } }) : null,
            near.value && !drag.value ? [h('div', { class: 'ring', style: { left: `${xOf(near.value.time)}px`, top: `${yOf(near.value.value)}px` } }), tip()] : null,
        ]);
    },
};
