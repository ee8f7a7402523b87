// The columns of a query's rows: times, numbers and texts by what they hold.
import { h } from '../core/vue.js';
import { oneLine, visible } from '../core/format.js';
import { timeOf } from '../core/insights.js';
import { clockWithMilliseconds, day } from '../core/time.js';
import { by } from './table.js';

const isNumber = value => value !== undefined && value !== '' && Number.isFinite(Number(value));

/** A column a field; times and numbers by what their first rows hold. */
export function columnsOf(fields, rows) {
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
