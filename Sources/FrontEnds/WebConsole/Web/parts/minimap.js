// A whole trace in a strip: each span a line. Dragging over it chooses the time that the waterfall below shows.
import { computed, h, onBeforeUnmount, onMounted, ref, shallowRef, watch } from '../core/vue.js';
import { colors } from '../core/theme.js';
import { flat } from './spans.js';

const heightPixels = 44, dragPixelsMin = 4;

/** `view` is `{ from, to }` in the trace's own seconds; `pick` gives the next one, or null for the whole trace. */
export const Minimap = {
    props: { trace: { type: Object, required: true }, tokens: { type: Object, required: true }, view: { type: Object, required: true } },
    emits: ['pick'],
    setup(props, { emit }) {
        const frame = ref(null), canvas = ref(null), width = ref(0), drag = shallowRef(null);
        let sizes = null;
        const length = computed(() => Math.max(1e-6, props.trace.end - props.trace.start));
        const xOf = seconds => (seconds - props.trace.start) / length.value * width.value, secondsAt = x => props.trace.start + Math.min(1, Math.max(0, x / Math.max(1, width.value))) * length.value;

        function draw() {
            if (!canvas.value || width.value === 0) return;
            const ratio = devicePixelRatio || 1, pen = canvas.value.getContext('2d'), spans = flat(props.trace), row = heightPixels / spans.length;
            canvas.value.width = width.value * ratio;
            canvas.value.height = heightPixels * ratio;
            pen.scale(ratio, ratio);
            spans.forEach((span, index) => {
                pen.fillStyle = span.state === 'FAULT' ? colors.value.alarm : colors.value[props.tokens.get(span.service)];
                pen.fillRect(xOf(span.start), index * row, Math.max(1, xOf(span.end) - xOf(span.start)), Math.max(0.6, Math.min(3, row - 0.5)));
            });
        }
        onMounted(() => {
            sizes = new ResizeObserver(([entry]) => { width.value = entry.contentRect.width; });
            sizes.observe(frame.value);
        });
        onBeforeUnmount(() => sizes?.disconnect());
        watch([() => props.trace, width, colors], draw, { flush: 'post' });

        const xIn = event => event.clientX - frame.value.getBoundingClientRect().left;
        const pointer = {
            onPointerdown(event) {
                if (event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.value = { from: xIn(event), to: xIn(event) };
            },
            onPointermove(event) { if (drag.value) drag.value = { ...drag.value, to: xIn(event) }; },
            onPointerup() {
                const { from, to } = drag.value ?? { from: 0, to: 0 };
                drag.value = null;
                if (Math.abs(to - from) < dragPixelsMin) return;
                const [start, end] = [secondsAt(from), secondsAt(to)].sort((a, b) => a - b);
                emit('pick', { from: start, to: end });
            },
            onPointercancel() { drag.value = null; },
            onDblclick() { emit('pick', null); },
        };
        return () => {
            const [left, right] = drag.value ? [drag.value.from, drag.value.to].sort((a, b) => a - b) : [xOf(props.view.from), xOf(props.view.to)];
            return h('div', { class: 'minimap', ref: frame, role: 'img', 'aria-label': 'The whole trace; drag to choose a part, double click for all. In the list below + and - do the same.', ...pointer }, [
                h('canvas', { ref: canvas, style: { height: `${heightPixels}px` } }),
                h('i', { class: 'shade', style: { left: 0, width: `${left}px` } }), h('i', { class: 'shade', style: { left: `${right}px`, right: 0 } }),
            ]);
        };
    },
};
