// A JSON value as a tree that opens and closes. Every key and value is foreign text and is only ever text here.
import { h, ref } from '../core/vue.js';
import { plural, visible } from '../core/format.js';
import { icon } from './icons.js';

/** More children than this are counted, not drawn; deeper levels than this are shown as text. */
const childrenMax = 200, depthMax = 32;

const kinds = { string: 'string', number: 'number', boolean: 'word', object: 'word' };

function leaf(value) {
    const text = typeof value === 'string' ? `"${visible(value, 5000)}"` : String(value);
    return h('span', { class: ['json', kinds[typeof value]] }, text);
}

export const JSONTree = {
    name: 'JSONTree',
    props: {
        value: null, name: String, depth: { type: Number, default: 0 }, path: { type: String, default: '' },
        /** Gives what can be done with a leaf, by its path and value: `{ label, symbol, run }[]`. */
        actions: { type: Function, default: null },
    },
    setup(props) {
        const isOpen = ref(props.depth < 2);
        const label = () => props.name === undefined ? null : h('span', { class: 'key' }, [visible(props.name, 200), ': ']);
        return () => {
            const { value, depth } = props;
            if (value === null || typeof value !== 'object') {
                const actions = props.actions?.(props.path, value) ?? [];
                return h('div', { class: 'leaf' }, [...actions.map(({ label: does, symbol, run }) => h('button', { type: 'button', class: 'act', title: does, 'aria-label': does, onClick: run }, icon(symbol))), label(), leaf(value)]);
            }
            const entries = Object.entries(value);
            const count = Array.isArray(value) ? plural(entries.length, 'item') : plural(entries.length, 'field');
            if (entries.length === 0 || depth >= depthMax) {
                return h('div', { class: 'leaf' }, [label(), h('span', { class: 'json word' }, entries.length === 0 ? (Array.isArray(value) ? '[]' : '{}') : visible(JSON.stringify(value), 2000))]);
            }
            return h('details', { open: isOpen.value, onToggle: event => { isOpen.value = event.target.open; } }, [
                h('summary', [label(), h('span', { class: 'meta' }, count)]),
                isOpen.value ? h('div', { class: 'children' }, [
                    ...entries.slice(0, childrenMax).map(([key, child]) => h(JSONTree, { key, name: key, value: child, depth: depth + 1, path: props.path ? `${props.path}.${key}` : key, actions: props.actions })),
                    entries.length > childrenMax ? h('div', { class: 'meta' }, `and ${plural(entries.length - childrenMax, 'more', 'more')}`) : null,
                ]) : null,
            ]);
        };
    },
};
