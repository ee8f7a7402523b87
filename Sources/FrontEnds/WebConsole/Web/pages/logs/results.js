// The rows that a query gave, as a table and the chosen one beside it.
import { computed, h, shallowRef, watch } from '../../core/vue.js';
import { copy } from '../../core/toasts.js';
import { columnsOf } from '../../parts/logcolumns.js';
import { level, parsed } from '../../parts/logrow.js';
import { saveText, csvOf } from '../../parts/save.js';
import { Table } from '../../parts/table.js';
import { Detail } from './detail.js';

/** Only whole messages say how bad they are. */
function lookOf(row) {
    const message = row['@message'];
    if (message === undefined) return null;
    return { ERROR: 'bad', WARN: 'odd' }[level(message, parsed(message))] ?? null;
}

export const Results = {
    props: { result: { type: Object, required: true } },
    emits: ['filter'],
    setup(props, { emit }) {
        const chosen = shallowRef(null);
        const columns = computed(() => columnsOf(props.result.fields, props.result.rows));
        watch(() => props.result, () => { chosen.value = null; });
        const csv = () => csvOf(props.result.fields, props.result.rows.map(row => props.result.fields.map(field => row[field] ?? '')));
        return () => h('div', { class: ['results', { split: chosen.value }] }, [
            h('div', { class: 'tablebox' }, [
                h(Table, {
                    label: 'Results', rows: props.result.rows, columns: columns.value, chosen: chosen.value, lookOf, height: 560,
                    onChoose: row => { chosen.value = chosen.value === row ? null : row; },
                }),
                h('p', { class: 'tablefoot' }, [
                    h('button', { type: 'button', class: 'link', onClick: () => copy(csv(), 'Table') }, 'Copy as CSV'),
                    h('button', { type: 'button', class: 'link', onClick: () => saveText('results.csv', csv(), 'text/csv') }, 'Save as CSV'),
                    h('button', { type: 'button', class: 'link', onClick: () => saveText('results.json', JSON.stringify(props.result.rows, null, 2), 'application/json') }, 'Save as JSON'),
                ]),
            ]),
            chosen.value ? h(Detail, { row: chosen.value, onClose: () => { chosen.value = null; }, onFilter: condition => emit('filter', condition) }) : null,
        ]);
    },
};
