// A chart panel: the drawing by ECharts, and around it, as ordinary elements, what a person touches or reads: the cursor that
// all panels share, the values under it, the legend, and dragging to zoom. Labels from outside are only ever text.
import { computed, h, onBeforeUnmount, onMounted, ref, shallowReactive, shallowRef, watch } from '../core/vue.js';
import { quantity, visible } from '../core/format.js';
import { setQuery } from '../core/router.js';
import { colors } from '../core/theme.js';
import { clock, moment, zone } from '../core/time.js';
import { stepBack, widen } from '../core/timerange.js';
import { saveChart } from './save.js';
import { chartOptions, isFilling, latestIndex, marginsOf, summary } from './chartoptions.js';

/** Fetched with the first chart, so that the frame does not wait for a megabyte. */
let library;
const loadLibrary = () => library ??= import('../vendor/echarts/index.js').then(module => module.echarts);

/** The moment under the pointer, in milliseconds, for every panel; null when it is over none. */
const cursor = shallowReactive({ time: null });

const dragPixelsMin = 6;

/** The colour of a series where it is named: its token's, or the one that a dashboard asks for. */
const swatch = series => h('i', { class: ['swatch', series.token, { ghost: series.isGhost }], style: series.color ? { '--own': series.color } : null });

export const Chart = {
    props: {
        title: { type: String, required: true },
        /** @type {import('../core/vue.js').PropType<import('./chartoptions.js').ChartData>} */
        data: { type: Object, required: true },
        /** Of the plot, in pixels. */
        height: { type: Number, default: 168 },
    },
    setup(props, { expose }) {
        const plot = ref(null), width = ref(0), isOver = ref(false), drag = shallowRef(null), problem = ref('');
        const hidden = ref(new Set());
        let chart = null, sizes = null, isGone = false;

        onMounted(async () => {
            let echarts;
            try {
                echarts = await loadLibrary();
            } catch (error) {
                library = undefined;
                problem.value = `The chart library could not be loaded (${error.message}).`;
                return;
            }
            if (isGone) return;
            chart = echarts.init(plot.value, null, { renderer: 'canvas' });
            sizes = new ResizeObserver(([entry]) => {
                width.value = entry.contentRect.width;
                chart.resize();
            });
            sizes.observe(plot.value);
            draw();
        });
        onBeforeUnmount(() => {
            isGone = true;
            sizes?.disconnect();
            chart?.dispose();
        });

        function draw() { chart?.setOption(chartOptions(props.data, hidden.value, colors.value), { notMerge: true }); }
        watch([() => props.data, hidden, colors, zone], draw);

        expose({ savePNG: () => chart && saveChart(props.title, chart.getRenderedCanvas({ pixelRatio: 2, backgroundColor: colors.value['bg-1'] }), props.data.series.filter(({ key }) => !hidden.value.has(key)), colors.value) });

        // The plot's own scale: time is linear between the margins.
        const margins = computed(() => marginsOf(props.data));
        const inner = computed(() => Math.max(1, width.value - margins.value.left - margins.value.right));
        const pixelOf = time => margins.value.left + (time - props.data.window.from) / (props.data.window.to - props.data.window.from) * inner.value;
        const timeAt = x => props.data.window.from + Math.min(1, Math.max(0, (x - margins.value.left) / inner.value)) * (props.data.window.to - props.data.window.from);

        const isEmpty = computed(() => !props.data.series.some(series => series.values.some(value => value !== null && value !== undefined)));

        /** The period under the cursor, or -1. */
        const index = computed(() => {
            const { times, period } = props.data;
            if (cursor.time === null || times.length === 0) return -1;
            const nearest = Math.round((cursor.time - times[0]) / (period * 1000));
            return nearest >= 0 && nearest < times.length ? nearest : -1;
        });

        const pointer = {
            onPointermove(event) {
                const x = event.clientX - plot.value.getBoundingClientRect().left;
                isOver.value = true;
                cursor.time = timeAt(x);
                if (drag.value) drag.value = { ...drag.value, to: x };
            },
            onPointerleave() { isOver.value = false; cursor.time = null; },
            onPointerdown(event) {
                if (event.button !== 0 || event.pointerType === 'touch') return;
                const x = event.clientX - plot.value.getBoundingClientRect().left;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.value = { from: x, to: x, isPan: event.altKey };
            },
            onPointerup() {
                const { from, to, isPan } = drag.value ?? { from: 0, to: 0 };
                drag.value = null;
                if (Math.abs(to - from) < dragPixelsMin) return;
                const moved = isPan ? timeAt(from) - timeAt(to) : 0, { window } = props.data;
                const ends = isPan ? [window.from + moved, window.to + moved] : [timeAt(from), timeAt(to)].sort((a, b) => a - b);
                setQuery({ from: String(Math.round(ends[0])), to: String(Math.round(ends[1])) });
            },
            onPointercancel() { drag.value = null; },
            onDblclick() { if (!stepBack()) widen(); },
            onKeydown(event) {
                const { times, period } = props.data;
                const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -times.length, End: times.length };
                if (!(event.key in steps) || times.length === 0) return;
                event.preventDefault();
                const start = index.value < 0 ? times.length - 1 : index.value + steps[event.key] * (event.shiftKey ? 10 : 1);
                cursor.time = times[0] + Math.min(times.length - 1, Math.max(0, start)) * period * 1000;
                isOver.value = true;
            },
            onBlur() { isOver.value = false; cursor.time = null; },
        };

        function overlay() {
            const parts = [];
            const { data } = props;
            if (drag.value && !drag.value.isPan) {
                const [left, right] = [drag.value.from, drag.value.to].sort((a, b) => a - b);
                parts.push(h('div', { class: 'brush', style: { left: `${left}px`, width: `${right - left}px` } }));
            }
            if (index.value < 0 || width.value === 0) return parts;
            const x = pixelOf(data.times[index.value]);
            if (x >= margins.value.left - 1 && x <= width.value - margins.value.right + 1) parts.push(h('div', { class: 'cursor', style: { left: `${x}px` } }));
            if (isOver.value) parts.push(tip(x));
            return parts;
        }

        function tip(x) {
            const { data } = props;
            const rows = data.series.filter(series => !hidden.value.has(series.key))
                .map(series => ({ series, value: series.values[index.value] ?? null }))
                .sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
            const isLeft = x > width.value / 2;
            const filling = isFilling(data) && index.value === data.times.length - 1;
            return h('div', { class: 'tip', role: 'status', style: isLeft ? { right: `${width.value - x + 10}px` } : { left: `${x + 10}px` } }, [
                h('div', { class: 'meta' }, (data.period >= 3600 ? moment : clock)(data.times[index.value]) + (filling ? ' · still filling' : '')),
                ...rows.map(({ series, value }) => h('div', { class: 'row' }, [
                    swatch(series), h('span', visible(series.label, 80)), h('b', value === null ? 'no data' : quantity(value, data.unit)),
                ])),
            ]);
        }

        function toggle(key) {
            const next = new Set(hidden.value);
            if (!next.delete(key)) next.add(key);
            hidden.value = next;
        }

        const legend = () => h('div', { class: 'legend' }, [
            ...props.data.series.map(series => {
                const at = latestIndex(props.data, series);
                return h('button', {
                    type: 'button', key: series.key, class: { off: hidden.value.has(series.key) }, 'aria-pressed': String(!hidden.value.has(series.key)),
                    title: `${visible(series.label, 300)}: show or hide`, onClick: () => toggle(series.key),
                }, [swatch(series), h('span', visible(series.label, 80)), h('b', at < 0 ? '–' : quantity(series.values[at], props.data.unit))]);
            }),
            ...props.data.thresholds.filter(({ label }) => label).map(({ value, label }) => h('span', { class: 'threshold', title: visible(label, 300) }, [
                h('i', { class: 'swatch dashed alarm' }), h('span', visible(label, 60)), h('b', quantity(value, props.data.unit)),
            ])),
        ]);

        return () => h('div', { class: 'chart' }, [
            h('div', { class: 'plotframe', tabindex: 0, role: 'group', 'aria-label': summary(props.title, props.data), style: { height: `${props.height}px` }, ...pointer }, [
                h('div', { class: 'plot', ref: plot }),
                isEmpty.value ? h('p', { class: 'nothing' }, 'No data in this time') : null,
                problem.value ? h('p', { class: 'failed', role: 'alert' }, problem.value) : null,
                ...overlay(),
            ]),
            props.data.isPlain ? null : legend(),
        ]);
    },
};
