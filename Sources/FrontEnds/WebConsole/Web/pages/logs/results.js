// The rows that a query gave, as a table and the chosen one beside it.
import { computed, h, shallowRef, watch } from '../../core/vue.js';
import { oneLine, visible } from '../../core/format.js';
import { timeOf } from '../../core/insights.js';
import { clockWithMilliseconds, day } from '../../core/time.js';
import { copy } from '../../core/toasts.js';
import { level, parsed } from '../../parts/logrow.js';
import { saveText, csvOf } from '../../parts/save.js';
import { by, Table } from '../../parts/table.js';
import { Detail } from './detail.js';

const isNumber = value => value !== undefined && value !== '' && Number.isFinite(Number(value));

/** A column a field; times and numbers by what their first rows hold. */
function columnsOf(fields, rows) {
    const sample = rows.slice(0, 50);
    return fields.map(field => {
        const values = sample.map(row => row[field]).filter(value => value !== undefined);
        const isTime = values.length > 0 && values.every(value => Number.isFinite(timeOf(value))), isCount = values.length > 0 && values.every(isNumber);
        const name = visible(field, 60);
        if (isTime) return { key: field, name, width: '170px', compare: by(row => timeOf(row[field])), cell: row => h('time', row[field] === undefined ? '' : `${day(timeOf(row[field]))} ${clockWithMilliseconds(timeOf(row[field]))}`) };
        const longest = Math.max(name.length, ...values.map(value => Math.min(40, value.length)));
        const width = field === '@message' ? 'minmax(360px, 6fr)' : `minmax(${Math.max(70, Math.min(220, longest * 7.4 + 12)).toFixed(0)}px, ${isCount ? 1 : 2}fr)`;
        return {
            key: field, name, width, isRight: isCount && !field.startsWith('@request'), compare: by(row => isCount ? Number(row[field]) : row[field]),
            cell: row => h('bdi', { dir: 'ltr', class: 'value' }, oneLine(row[field], 400)),
        };
    });
}

/** Only whole messages say how bad they are. */
function lookOf(row) {
    const message = row['@message'];
    if (message === undefined) return null;
    return { ERROR: 'bad', WARN: 'odd' }[level(message, parsed(message))] ?? null;
}

export const Results = {
    props: { result: { type: Object, required: true } },
    setup(props) {
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
            chosen.value ? h(Detail, { row: chosen.value, onClose: () => { chosen.value = null; } }) : null,
        ]);
    },
};
