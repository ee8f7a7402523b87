// One row of a result, whole: its fields, its message as a tree, and the lines of its stream around it.
import { computed, h, shallowReactive, watch } from '../../core/vue.js';
import { call } from '../../core/api.js';
import { visible } from '../../core/format.js';
import { conditionOf, timeOf } from '../../core/insights.js';
import { link, pathOf } from '../../core/router.js';
import { clockWithMilliseconds, moment } from '../../core/time.js';
import { CopyButton, errorNote } from '../../parts/card.js';
import { icon } from '../../parts/icons.js';
import { JSONTree } from '../../parts/jsontree.js';
import { parsed } from '../../parts/logrow.js';

const around = 10;

/** `@log` is "account:group". */
const groupOf = record => String(record['@log'] ?? '').replace(/^\d+:/, '');

/** Results write a time as a date, records as milliseconds. */
const momentOf = value => /^\d{13}$/.test(value ?? '') ? Number(value) : timeOf(value);

/** The lines of the stream before and after an event. @returns {Promise<import('../../core/api.js').Answer>} */
async function contextOf(record, signal) {
    const time = momentOf(record['@timestamp']);
    const input = { logGroupName: groupOf(record), logStreamName: record['@logStream'], limit: around };
    const [before, after] = await Promise.all([
        call('logs', 'GetLogEvents', { ...input, endTime: time, startFromHead: false }, signal),
        call('logs', 'GetLogEvents', { ...input, startTime: time, limit: around + 1, startFromHead: true }, signal),
    ]);
    if (!before.ok || !after.ok) return before.ok ? after : before;
    return { ok: true, value: [...before.value.events, ...after.value.events] };
}

export const Detail = {
    props: { row: { type: Object, required: true } },
    emits: ['close', 'filter'],
    setup(props, { emit }) {
        const state = shallowReactive({ record: null, error: null, context: null, isLooking: false });
        let under = null;

        watch(() => props.row, async row => {
            under?.abort();
            const { signal } = under = new AbortController();
            Object.assign(state, { record: null, error: null, context: null });
            if (!row['@ptr']) return;
            const answer = await call('logs', 'GetLogRecord', { logRecordPointer: row['@ptr'] }, signal);
            if (signal.aborted) return;
            if (answer.ok) state.record = answer.value.logRecord; else state.error = answer.error;
        }, { immediate: true });

        async function showContext() {
            const { signal } = under;
            state.isLooking = true;
            const answer = await contextOf(state.record, signal);
            state.isLooking = false;
            if (signal.aborted) return;
            if (answer.ok) state.context = answer.value; else state.error = answer.error;
        }

        const message = computed(() => String(state.record?.['@message'] ?? props.row['@message'] ?? ''));
        const json = computed(() => parsed(message.value));
        const trace = computed(() => /\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/.exec(message.value.slice(0, 20_000))?.[0]);

        function fields() {
            const { record } = state, own = Object.entries(props.row).filter(([field]) => !['@ptr', '@message'].includes(field));
            const extra = record ? ['@timestamp', '@logStream', '@log', '@ingestionTime'].filter(field => record[field] && !(field in props.row)).map(field => [field, record[field]]) : [];
            return h('dl', [...own, ...extra].flatMap(([field, value]) => [
                h('dt', visible(field, 200)), h('dd', field.startsWith('@') && Number.isFinite(momentOf(value)) ? moment(momentOf(value)) : visible(value, 2000)),
            ]));
        }

        /** Rows with this value, or without it. */
        const actions = (path, value) => [[false, 'Only rows with', 'plus'], [true, 'No rows with', 'minus']].flatMap(([isNot, words, symbol]) => {
            const condition = conditionOf(path, value, isNot);
            return condition === null ? [] : [{ label: `${words} ${visible(path, 120)} = ${visible(value, 80)}`, symbol, run: () => emit('filter', condition) }];
        });

        const contextList = () => h('ol', { class: 'context', 'aria-label': 'Lines around it' }, state.context.map(event => {
            const isThis = event.timestamp === momentOf(state.record['@timestamp']) && event.message === message.value;
            return h('li', { class: { this: isThis }, 'aria-current': isThis ? 'true' : null }, [h('time', clockWithMilliseconds(event.timestamp)), h('bdi', { dir: 'ltr' }, visible(event.message, 300))]);
        }));

        return () => h('aside', { class: 'rowdetail', 'aria-label': 'The chosen row' }, [
            h('header', [
                h('h3', 'Row'),
                h(CopyButton, { text: message.value || JSON.stringify(props.row, null, 2), label: 'Copy the message' }),
                h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', title: 'Close', onClick: () => emit('close') }, icon('close')),
            ]),
            state.error ? errorNote(state.error) : null,
            fields(),
            trace.value ? h('p', ['Trace ', link(pathOf('/traces', trace.value), trace.value)]) : null,
            message.value ? h('div', { class: 'message' }, json.value ? h(JSONTree, { key: message.value, value: json.value, actions }) : h('pre', { dir: 'ltr', tabindex: 0, 'aria-label': 'Message' }, visible(message.value, 20_000))) : null,
            state.record?.['@logStream'] ? (state.context ? contextList()
                : h('button', { type: 'button', class: 'plain', disabled: state.isLooking, onClick: showContext }, 'Lines around it')) : null,
        ]);
    },
};
