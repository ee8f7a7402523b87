// A table of any length: only the rows in view are built, so ten thousand cost no more than forty. Rows are of one height.
import { computed, h, nextTick, onBeforeUnmount, onMounted, ref, watch } from '../core/vue.js';

const rowPixels = 28, spareRows = 12;

/**
 * @typedef {{key: string, name: string, width?: string, isRight?: boolean, isNameless?: boolean, compare?: (a: any, b: any) => number,
 *   cell: (row: any) => any}} Column   `width` as a grid track; `compare` makes the column sortable; the name of a nameless
 *   one is only read out
 */

/**
 * @example h(Table, { label: 'Results', rows, columns, chosen, onChoose: row => …, height: 480 })
 * Rows are compared by identity. Arrow keys move, Enter chooses, a click on a name sorts.
 */
export const Table = {
    props: {
        label: { type: String, required: true }, rows: { type: Array, required: true }, columns: { type: Array, required: true },
        chosen: { type: Object, default: null }, height: { type: Number, default: 480 }, lookOf: { type: Function, default: () => null },
    },
    emits: ['choose'],
    setup(props, { emit }) {
        const list = ref(null), scroll = ref(0), focused = ref(0), order = ref(null), viewHeight = ref(props.height);
        let sizes = null;
        onMounted(() => {
            sizes = new ResizeObserver(([entry]) => { viewHeight.value = entry.contentRect.height; });
            sizes.observe(list.value);
        });
        onBeforeUnmount(() => sizes?.disconnect());

        const sorted = computed(() => {
            const column = order.value && props.columns.find(({ key }) => key === order.value.key);
            if (!column?.compare) return props.rows;
            return [...props.rows].sort((a, b) => order.value.isDown ? column.compare(b, a) : column.compare(a, b));
        });
        watch(() => props.rows, () => { focused.value = Math.min(focused.value, Math.max(0, props.rows.length - 1)); });
        const tracks = computed(() => props.columns.map(({ width }) => width ?? 'minmax(80px, 1fr)').join(' '));
        const least = computed(() => `${props.columns.reduce((sum, { width }) => sum + (Number(/(\d+)px/.exec(width ?? '')?.[1]) || 120) + 12, 0)}px`);

        function sortBy({ key, compare }) {
            if (!compare) return;
            order.value = order.value?.key === key ? (order.value.isDown ? { key, isDown: false } : null) : { key, isDown: true };
        }

        function focus(index) {
            focused.value = Math.min(sorted.value.length - 1, Math.max(0, index));
            const view = list.value, top = focused.value * rowPixels, room = view.clientHeight - rowPixels;
            if (top < view.scrollTop) view.scrollTop = top;
            if (top + rowPixels > view.scrollTop + room) view.scrollTop = top + rowPixels - room;
            scroll.value = view.scrollTop;
            nextTick(() => view.querySelector('.row[tabindex="0"]')?.focus({ preventScroll: true }));
        }

        function onKeydown(event) {
            if (event.target.closest('.head')) return;
            const page = Math.max(1, Math.floor(viewHeight.value / rowPixels) - 2);
            const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -sorted.value.length, End: sorted.value.length };
            if (event.key in moves) focus(focused.value + moves[event.key]);
            else if (event.key === 'Enter' || event.key === ' ') emit('choose', sorted.value[focused.value]);
            else return;
            event.preventDefault();
        }

        const head = () => h('div', { role: 'row', class: 'row head', 'aria-rowindex': 1, style: { gridTemplateColumns: tracks.value } }, props.columns.map(column => h('div', {
            role: 'columnheader', class: ['cell', { right: column.isRight }], 'aria-sort': order.value?.key === column.key ? (order.value.isDown ? 'descending' : 'ascending') : null,
        }, column.compare ? h('button', { type: 'button', title: `Sort by ${column.name}`, onClick: () => sortBy(column) }, [h('span', column.name), order.value?.key === column.key ? (order.value.isDown ? ' ↓' : ' ↑') : null]) : h('span', { class: { unseen: column.isNameless } }, column.name))));

        const row = (item, index) => h('div', {
            key: index, role: 'row', class: ['row', props.lookOf(item), { chosen: props.chosen === item }], 'aria-rowindex': index + 2, 'aria-selected': String(props.chosen === item),
            tabindex: index === focused.value ? 0 : -1, style: { gridTemplateColumns: tracks.value, top: `${index * rowPixels}px` },
            onClick: event => { if (event.target.closest('a, button, select')) return; focused.value = index; emit('choose', item); },
        }, props.columns.map(column => h('div', { role: 'gridcell', class: ['cell', { right: column.isRight }] }, column.cell(item))));

        return () => {
            const first = Math.max(0, Math.floor(scroll.value / rowPixels) - spareRows);
            const last = Math.min(sorted.value.length, Math.ceil((scroll.value + viewHeight.value) / rowPixels) + spareRows);
            return h('div', {
                class: 'vtable', role: 'grid', 'aria-label': props.label, 'aria-rowcount': sorted.value.length + 1, ref: list, onKeydown,
                style: { height: `${Math.min(props.height, (sorted.value.length + 1) * rowPixels + 3)}px` }, onScroll: event => { scroll.value = event.target.scrollTop; },
            }, [
                h('div', { role: 'rowgroup', class: 'headgroup', style: { minWidth: least.value } }, head()),
                h('div', { role: 'rowgroup', class: 'all', style: { height: `${sorted.value.length * rowPixels}px`, minWidth: least.value } },
                    sorted.value.slice(first, last).map((item, offset) => row(item, first + offset))),
            ]);
        };
    },
};

/** Compares by a text or number of the rows. */
export const by = value => (a, b) => {
    const left = value(a), right = value(b);
    return typeof left === 'number' && typeof right === 'number' ? left - right : String(left ?? '').localeCompare(String(right ?? ''), undefined, { numeric: true });
};
