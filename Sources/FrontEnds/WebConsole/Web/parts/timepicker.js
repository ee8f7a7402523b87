// The range: what it is, and a sheet to choose another by name, by words, or by its ends.
import { h, ref } from '../core/vue.js';
import { comparison, comparisonName, comparisons, compareWith } from '../core/compare.js';
import { describeRange, isMoving, range, ranges, setZone, zone, zoneName } from '../core/time.js';
import { explain, parseRange, rangeWritten, recentRanges, setRange, shift } from '../core/timerange.js';
import { setQuery } from '../core/router.js';
import { Dialog } from './dialog.js';
import { field } from './forms.js';
import { icon } from './icons.js';

const isOpen = ref(false);
export const openTimePicker = () => { isOpen.value = true; };

const Sheet = {
    emits: ['done'],
    setup(_, { emit }) {
        const text = ref(rangeWritten());
        function apply(from, to) {
            setRange(from, to);
            emit('done');
        }
        function submit(event) {
            event.preventDefault();
            const found = parseRange(text.value);
            if (found) apply(found.from, found.to);
        }
        const quick = entry => h('button', { type: 'button', 'aria-pressed': String(isMoving.value && range.value.from === entry.from), onClick: () => apply(entry.from, 'now') }, `Last ${entry.label}`);
        const zones = () => h('fieldset', { class: 'segments' }, [
            h('legend', { class: 'unseen' }, 'Time zone'),
            ...[['local', 'This browser'], ['utc', 'UTC']].map(([name, label]) => h('button', {
                type: 'button', 'aria-pressed': String((name === 'utc') === (zone.value === 'UTC')), onClick: () => setZone(name),
            }, label)),
        ]);
        return () => h('div', { class: 'timesheet' }, [
            h('form', { onSubmit: submit }, [
                h('label', { for: 'timetext' }, 'From and to, in your words'),
                h('div', { class: 'row' }, [
                    h('input', { id: 'timetext', class: 'field', value: text.value, autofocus: true, autocomplete: 'off', spellcheck: false, 'aria-describedby': 'timemeans', onInput: event => { text.value = event.target.value; } }),
                    h('button', { type: 'submit', class: 'primary', disabled: parseRange(text.value) === null }, 'Show'),
                ]),
                h('p', { id: 'timemeans', class: 'meta', role: 'status' }, explain(text.value)),
            ]),
            h('div', { class: 'quick', role: 'group', 'aria-label': 'Ranges' }, ranges.map(quick)),
            recentRanges.items().length > 0 ? h('div', { class: 'quick', role: 'group', 'aria-label': 'Chosen lately' }, [
                h('p', { class: 'meta' }, 'Chosen lately'),
                ...recentRanges.items().map(item => item.split(' ')).map(([from, to]) => h('button', { type: 'button', onClick: () => apply(from, to) }, describeRange({ from, to }))),
            ]) : null,
            field({ id: 'timecompare', label: 'Lay another time under every chart', value: comparisonName.value, options: { ...comparisons, '': 'none' }, onInput: compareWith }),
            h('div', { class: 'zones' }, [zones(), h('span', { class: 'meta' }, `times are in ${zoneName.value}`)]),
        ]);
    },
};

export const timePicker = () => h('span', { class: 'picker' }, [
    isMoving.value ? null : h('button', { type: 'button', class: 'quiet', title: 'Back to live', 'aria-label': 'Back to live', onClick: () => setQuery({ from: null, to: null }) }, icon('back')),
    h('button', { type: 'button', class: 'quiet wideonly', title: 'Earlier (t ←)', 'aria-label': 'Earlier', onClick: () => shift(-1) }, icon('left')),
    h('button', { type: 'button', class: 'range', 'aria-haspopup': 'dialog', title: 'Choose a time range (t t)', onClick: openTimePicker }, [icon('clock'), h('span', describeRange(range.value)), zone.value ? h('span', { class: 'meta' }, 'UTC') : null, comparison.value ? h('span', { class: 'meta compared' }, `and ${comparison.value.words}`) : null]),
    h('button', { type: 'button', class: 'quiet wideonly', title: 'Later (t →)', 'aria-label': 'Later', disabled: isMoving.value, onClick: () => shift(1) }, icon('right')),
    isOpen.value ? h(Dialog, { title: 'Time range', look: 'sheet', onClose: () => { isOpen.value = false; } }, ({ close }) => h(Sheet, { onDone: close })) : null,
]);
