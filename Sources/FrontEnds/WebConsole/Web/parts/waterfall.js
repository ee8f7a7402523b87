// A trace as a waterfall: one row a span, indented by its parent, coloured by its service, errors marked. Rows outside the
// view are not built, so ten thousand spans cost no more than fifty.
import { computed, h, nextTick, ref, shallowRef, watch } from '../core/vue.js';
import { milliseconds, plural, visible } from '../core/format.js';
import { moment } from '../core/time.js';
import { CopyButton } from './card.js';
import { colorTokens } from './colors.js';
import { icon } from './icons.js';
import { Minimap } from './minimap.js';
import { JSONTree } from './jsontree.js';
import { criticalPath, flat, rowsOf } from './spans.js';
import { stateBadge } from './state.js';

const rowPixels = 26, spareRows = 8;
/** Kept free at the right, so that a duration always has its place after its bar. */
const gutterPixels = 104;
/** A trace of fewer rows is its own map. */
const mappedMin = 12;

export const Waterfall = {
    props: {
        /** @type {import('../core/vue.js').PropType<import('./spans.js').Trace>} */
        trace: { type: Object, required: true },
        rowsMax: { type: Number, default: 18 },
        /** The id of the span that is open at first. */
        span: { type: String, default: null },
    },
    emits: ['select'],
    setup(props, { emit }) {
        const closed = shallowRef(new Set()), scroll = ref(0), selected = shallowRef(null), focused = ref(0), list = ref(null);
        const rows = computed(() => rowsOf(props.trace, closed.value));
        const tokens = computed(() => colorTokens(props.trace.services));
        const critical = computed(() => criticalPath(props.trace));
        selected.value = props.span ? flat(props.trace).find(({ id }) => id === props.span) ?? null : null;
        watch(selected, span => emit('select', span?.id ?? null));
        /** The part of the trace that is shown; null: all of it. */
        const part = shallowRef(null), view = computed(() => part.value ?? { from: props.trace.start, to: props.trace.end });
        const length = computed(() => Math.max(1e-6, view.value.to - view.value.from));
        const along = part => `calc((100% - ${gutterPixels}px) * ${Math.min(1, Math.max(0, part)).toFixed(6)})`;
        const within = seconds => Math.min(view.value.to, Math.max(view.value.from, seconds)), share = seconds => along((within(seconds) - view.value.from) / length.value);
        const isInView = span => span.end >= view.value.from && span.start <= view.value.to;
        /** A little more than a span, so that its ends are seen. */
        const around = ({ start, end }) => { const room = Math.max(1e-6, (end - start) * 0.05); return { from: Math.max(props.trace.start, start - room), to: Math.min(props.trace.end, end + room) }; };

        watch(() => props.trace.id, () => {
            closed.value = new Set();
            part.value = null;
            selected.value = null;
            focused.value = 0;
            scroll.value = 0;
            if (list.value) list.value.scrollTop = 0;
        });
        // The same trace read again has new objects; the selection goes by id.
        watch(() => props.trace, trace => {
            if (selected.value) selected.value = flat(trace).find(span => span.id === selected.value.id) ?? null;
        });

        function toggle(span) {
            const next = new Set(closed.value);
            if (!next.delete(span)) next.add(span);
            closed.value = next;
        }

        function focus(index) {
            focused.value = Math.min(rows.value.length - 1, Math.max(0, index));
            const view = list.value, top = focused.value * rowPixels;
            if (top < view.scrollTop) view.scrollTop = top;
            if (top + rowPixels > view.scrollTop + view.clientHeight) view.scrollTop = top + rowPixels - view.clientHeight;
            scroll.value = view.scrollTop;
            nextTick(() => view.querySelector('[tabindex="0"]')?.focus());
        }

        /** Moves to the next row with an error, in either direction. */
        function seekError(step) {
            for (let index = focused.value + step; index >= 0 && index < rows.value.length; index += step) {
                if (rows.value[index].state) return focus(index);
            }
        }

        function onKeydown(event) {
            const span = rows.value[focused.value];
            const actions = {
                ArrowDown: () => focus(focused.value + 1), ArrowUp: () => focus(focused.value - 1), j: () => focus(focused.value + 1), k: () => focus(focused.value - 1),
                Home: () => focus(0), End: () => focus(rows.value.length - 1), n: () => seekError(1), p: () => seekError(-1),
                ArrowLeft: () => !closed.value.has(span) && span.children.length > 0 && toggle(span),
                ArrowRight: () => closed.value.has(span) && toggle(span),
                '+': () => { part.value = around(span); }, '-': () => { part.value = null; },
                Enter: () => { selected.value = span; }, ' ': () => { selected.value = span; }, Escape: () => { selected.value = null; },
            };
            if (!actions[event.key]) return;
            event.preventDefault();
            event.stopPropagation();
            actions[event.key]();
        }

        function row(span, index) {
            const token = tokens.value.get(span.service);
            const isOpen = !closed.value.has(span);
            const duration = span.isRunning ? 'running' : milliseconds((span.end - span.start) * 1000);
            return h('div', {
                key: `${span.id}:${index}`, role: 'row', class: ['span', { chosen: selected.value === span }],
                'aria-level': span.depth + 1, 'aria-selected': String(selected.value === span),
                'aria-expanded': span.children.length > 0 ? String(isOpen) : null,
                tabindex: index === focused.value ? 0 : -1, style: { top: `${index * rowPixels}px` },
                onClick: () => { focused.value = index; selected.value = selected.value === span ? null : span; },
            }, [
                h('div', { role: 'gridcell', class: 'name', style: { '--depth': span.depth } }, [
                    span.children.length > 0
                        ? h('button', { type: 'button', class: 'fold', tabindex: -1, 'aria-label': isOpen ? 'Close' : 'Open', onClick: event => { event.stopPropagation(); toggle(span); } }, icon(isOpen ? 'down' : 'right'))
                        : h('i', { class: 'fold' }),
                    h('i', { class: ['swatch', token] }),
                    h('bdi', { class: 'label', title: visible(span.name, 300) }, visible(span.name, 120)),
                    span.state ? h('span', { class: ['mark', span.state === 'FAULT' ? 'alarm' : 'warn'] }, span.state === 'FAULT' ? '▲' : '◆') : null,
                    span.isColdStart ? h('span', { class: 'tag' }, 'cold start') : null,
                ]),
                h('div', { role: 'gridcell', class: 'track' }, [
                    !isInView(span) ? null : h('i', {
                        class: ['bar', token, { critical: critical.value.has(span), fault: span.state === 'FAULT', running: span.isRunning, inferred: span.isInferred }],
                        style: { left: share(span.start), width: span.isRunning ? `calc(100% - ${gutterPixels}px - ${share(span.start)})` : `max(2px, ${along((within(span.end) - within(span.start)) / length.value)})` },
                    }),
                    !isInView(span) ? null : h('span', { class: 'took', style: { left: `calc(${share(span.isRunning ? props.trace.end : span.end)} + 6px)` } }, duration + (span.status ? ` · ${span.status}` : '')),
                ]),
            ]);
        }

        function ruler() {
            return h('div', { class: 'ruler', 'aria-hidden': 'true' }, [h('div', { class: 'name' }, 'Span'), h('div', { class: 'track' },
                [0, 0.25, 0.5, 0.75, 1].map(part => h('span', { style: { left: along(part) } }, milliseconds((view.value.from - props.trace.start + length.value * part) * 1000))))]);
        }

        function detail(span) {
            const { subsegments, ...own } = span.document;
            return h('aside', { class: 'spandetail', 'aria-label': 'Span' }, [
                h('header', [
                    h('h3', visible(span.name, 200)), span.state ? stateBadge(span.state) : null,
                    h(CopyButton, { text: JSON.stringify(span.document, null, 2), label: 'Copy the document' }),
                    h('button', { type: 'button', class: 'quiet', onClick: () => { selected.value = null; } }, 'Close'),
                ]),
                h('dl', [
                    h('dt', 'Service'), h('dd', visible(span.service, 200)),
                    span.origin ? [h('dt', 'Kind'), h('dd', visible(span.origin, 100))] : null,
                    h('dt', 'Start'), h('dd', `${moment(span.start * 1000)} (+${milliseconds((span.start - props.trace.start) * 1000)})`),
                    h('dt', 'Took'), h('dd', span.isRunning ? 'still running' : milliseconds((span.end - span.start) * 1000)),
                    Array.isArray(subsegments) ? [h('dt', 'Below it'), h('dd', plural(subsegments.length, 'subsegment'))] : null,
                ]),
                h(JSONTree, { key: span.id, value: own }),
            ]);
        }

        return () => {
            const first = Math.max(0, Math.floor(scroll.value / rowPixels) - spareRows);
            const last = Math.min(rows.value.length, first + props.rowsMax + 2 * spareRows + 1);
            return h('div', { class: 'waterfall' }, [
                rows.value.length >= mappedMin ? h('div', { class: 'minimaprow' }, [
                    h('div', { class: 'meta' }, part.value ? h('button', { type: 'button', class: 'link', onClick: () => { part.value = null; } }, 'Show the whole trace') : 'Drag to zoom'),
                    h(Minimap, { trace: props.trace, tokens: tokens.value, view: view.value, onPick: next => { part.value = next; } }),
                ]) : null,
                ruler(),
                h('div', {
                    class: 'spans', role: 'treegrid', 'aria-label': 'Spans of the trace', 'aria-rowcount': rows.value.length, ref: list, onKeydown,
                    style: { height: `${Math.min(props.rowsMax, rows.value.length) * rowPixels}px` }, onScroll: event => { scroll.value = event.target.scrollTop; },
                }, [h('div', { class: 'all', role: 'presentation', style: { height: `${rows.value.length * rowPixels}px` } },
                    rows.value.slice(first, last).map((span, offset) => row(span, first + offset)))]),
                h('p', { class: 'waterlegend meta' }, ['Underlined: the spans that decided how long it took · ', h('b', { class: 'state alarm' }, '▲'), ' fault · ', h('b', { class: 'state warn' }, '◆'), ' error · n and p step through them']),
                selected.value ? detail(selected.value) : null,
            ]);
        };
    },
};
