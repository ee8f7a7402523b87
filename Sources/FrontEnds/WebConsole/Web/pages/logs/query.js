// Insights: a query over log groups, how its rows lie in time, and the rows.
import { computed, h, ref, shallowRef, watch } from '../../core/vue.js';
import { bytes, milliseconds, number, plural, visible } from '../../core/format.js';
import { tokens, withFilter } from '../../core/insights.js';
import { vocabularyOf } from '../../core/languages.js';
import { useLive } from '../../core/live.js';
import { groupsMax, namedGroups } from '../../core/loggroups.js';
import { byPeriod, countRows, runQuery, startInput } from '../../core/logquery.js';
import { rememberedList } from '../../core/memory.js';
import { route, setQuery } from '../../core/router.js';
import { bounds } from '../../core/time.js';
import { awsCommand, Card, CopyButton, errorNote } from '../../parts/card.js';
import { colorTokens } from '../../parts/colors.js';
import { Editor } from '../../parts/editor.js';
import { ChartPanel } from '../../parts/panel.js';
import { parsed } from '../../parts/logrow.js';
import { Results } from './results.js';

const firstQuery = 'fields @timestamp, @message\n| sort @timestamp desc\n| limit 1000';
const history = rememberedList('queries', 30);
const seriesMax = 20, stripes = 60;

const examples = [
    ['Newest lines', firstQuery],
    ['Errors', 'fields @timestamp, @message\n| filter @message like /(?i)error|exception|timed out/\n| sort @timestamp desc\n| limit 1000'],
    ['Lines by group, each minute', 'stats count(*) as lines by bin(1m), @log'],
    ['Slowest Lambda invocations', 'filter @type = "REPORT"\n| fields @timestamp, @requestId, @duration, @maxMemoryUsed\n| sort @duration desc\n| limit 100'],
];

/** Steps for the bars above the rows: round, and about sixty of them. */
const barSeconds = ({ from, to }) => [1, 5, 10, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400].find(step => (to - from) / 1000 / step <= stripes) ?? 604_800;

export const Query = {
    props: { groups: { type: Array, required: true } },
    setup(props) {
        const draft = ref(route.query.q ?? firstQuery), progress = shallowRef(null), result = shallowRef(null), recalled = ref(-1);
        const names = computed(() => namedGroups.value.length > 0 ? namedGroups.value : props.groups.map(group => group.logGroupName).slice(0, groupsMax));
        const text = computed(() => route.query.q ?? firstQuery);
        const again = ref(0), vocabulary = vocabularyOf('insights');
        watch(() => route.query.q, query => { if (query !== undefined) draft.value = query; });

        let stopping = new AbortController();
        /** Ends what runs, on the server too. */
        function stop() {
            stopping.abort();
            stopping = new AbortController();
        }
        const live = useLive(async left => {
            const signal = AbortSignal.any([left, stopping.signal]), query = { groups: names.value, text: text.value, ...bounds() };
            progress.value = {};
            const answer = await runQuery(query, signal, statistics => { progress.value = statistics; });
            if (left.aborted) return answer;
            progress.value = null;
            // Rows of a query that failed are not this query's rows.
            result.value = answer.ok ? answer.value : null;
            return answer.ok ? { ok: true, value: { ...answer.value, window: { ...bounds(), now: Date.now() } } } : answer;
        }, () => [names.value.join(), text.value, again.value].join('\u0000'), { isRepeated: false });
        const counts = useLive(async left => {
            const signal = AbortSignal.any([left, stopping.signal]), window = bounds(), answer = await countRows({ groups: names.value, text: text.value, ...window }, barSeconds(window), signal);
            return answer.ok ? { ok: true, value: { ...answer.value, window: { ...window, now: Date.now() } } } : answer;
        }, () => [names.value.join(), text.value, again.value].join('\u0000'), { isRepeated: false });

        const isStopped = computed(() => live.error?.code === 'Aborted' && !progress.value);

        function run() {
            history.add(draft.value);
            recalled.value = -1;
            if (draft.value === text.value) again.value += 1; else setQuery({ q: draft.value });
        }
        /** The query that was run before the one shown, for Alt ↑. */
        function older() {
            const list = history.items();
            recalled.value = Math.min(list.length - 1, recalled.value + 1);
            return list[recalled.value] ?? null;
        }
        function choose(query) {
            draft.value = query;
            run();
        }

        const mistake = computed(() => {
            const location = live.error?.details?.queryCompileError?.location;
            return location && draft.value === text.value ? { from: location.startCharOffset, to: location.endCharOffset } : null;
        });

        const knownFields = computed(() => {
            const found = new Set(result.value?.fields ?? []);
            for (const row of (result.value?.rows ?? []).slice(0, 50)) for (const key of Object.keys(parsed(row['@message'] ?? '') ?? {})) if (/^[\w.]{1,60}$/.test(key)) found.add(key);
            return [...found].filter(field => !vocabulary.value.fields.some(({ name }) => name === field) && /^[\w.@]+$/.test(field));
        });
        const coloured = computed(() => { const words = vocabulary.value; return query => tokens(query, words); });
        function complete(isAtStart) {
            const option = type => ({ name, summary }) => ({ label: name, type, detail: summary, apply: type === 'function' ? `${name}(` : name });
            const { commands, functions, connectives, fields } = vocabulary.value;
            if (isAtStart) return commands.map(option('keyword'));
            return [...fields.map(option('variable')), ...knownFields.value.map(field => option('variable')({ name: visible(field, 60), summary: 'field' })), ...functions.map(option('function')), ...connectives.map(name => option('keyword')({ name, summary: '' }))];
        }

        const command = () => awsCommand('logs start-query', `--log-group-names ${names.value.slice(0, 10).join(' ')}`, `--start-time ${Math.floor(bounds().from / 1000)} --end-time ${Math.floor(bounds().to / 1000)}`,
            `--query-string '${text.value.replaceAll("'", `'\\''`)}'`);

        const editorCard = () => h('section', { class: 'card querycard', 'aria-label': 'Query' }, [
            h(Editor, {
                value: draft.value, label: 'Logs Insights query', hint: 'fields @timestamp, @message | filter … | sort @timestamp desc', tokens: coloured.value, complete, older,
                mistake: mistake.value, onChange: value => { draft.value = value; }, onRun: run,
            }),
            live.error && !isStopped.value && !progress.value ? errorNote(live.error, 0, run) : null,
            h('div', { class: 'queryfoot' }, [
                progress.value
                    ? h('button', { type: 'button', class: 'primary', title: 'Stop the query', onClick: stop }, 'Stop')
                    : h('button', { type: 'button', class: 'primary', title: 'Run the query (Ctrl Enter)', onClick: run }, 'Run'),
                h('span', { class: 'meta status', role: 'status' }, status()),
                h('span', { class: 'space' }),
                h('select', { class: 'field', 'aria-label': 'Take another query', value: '', onChange: event => { const query = event.target.value; event.target.value = ''; if (query) choose(query); } }, [
                    h('option', { value: '' }, 'Examples and history'),
                    h('optgroup', { label: 'Examples' }, examples.map(([name, query]) => h('option', { value: query }, name))),
                    history.items().length > 0 ? h('optgroup', { label: 'Run before' }, history.items().map(query => h('option', { value: query }, visible(query.replace(/\s+/g, ' '), 90)))) : null,
                ]),
                h(CopyButton, { text: command(), label: 'Copy as aws-cli command', symbol: 'terminal' }),
            ]),
        ]);

        function status() {
            if (progress.value) return progress.value.recordsScanned ? `Running: ${number(progress.value.recordsScanned)} lines read, ${number(progress.value.recordsMatched)} match` : 'Running…';
            if (isStopped.value) return 'Stopped';
            if (!result.value) return '';
            const { rows, statistics: { recordsMatched, recordsScanned, bytesScanned }, took } = result.value;
            return `${plural(rows.length, 'row')} · ${number(recordsMatched)} of ${number(recordsScanned)} lines read match · ${bytes(bytesScanned)} in ${milliseconds(took)}`;
        }

        const queryCall = () => ({ service: 'logs', operation: 'StartQuery', input: startInput({ groups: names.value, text: text.value, ...bounds() }) });
        function chart() {
            const found = result.value && live.data ? byPeriod(result.value, live.data.window) : null;
            if (found) {
                const keys = found.series.map(series => series.key).slice(0, seriesMax), colours = colorTokens(keys);
                const data = { times: found.times, period: found.period, window: live.data.window, shape: 'line', unit: 'None', thresholds: [], series: found.series.slice(0, seriesMax).map(({ key, values }) => ({ key, label: key, token: colours.get(key), values })) };
                return h(ChartPanel, { key: 'found', title: 'By period', note: found.series.length > seriesMax ? `${seriesMax} of ${found.series.length} series` : undefined, data, call: queryCall });
            }
            // A query that counts by itself says nothing of how its lines lie in time.
            if (live.error || /\|?\s*stats\s/.test(text.value)) return null;
            const { times, values, period, window } = counts.data ?? {};
            return h(ChartPanel, {
                key: 'counts', title: 'Lines over time', note: values ? `${number(values.reduce((sum, value) => sum + value, 0))} lines, a bar for ${milliseconds(period * 1000)}` : undefined, live: counts, height: 96,
                data: values ? { times, period, window, shape: 'bars', unit: 'Count', thresholds: [], series: [{ key: 'rows', label: 'lines', token: 's1', values }], isPlain: true } : null, call: queryCall,
            });
        }

        return () => [
            editorCard(),
            chart(),
            live.error ? null : h(Card, {
                title: 'Rows', live: result.value ? undefined : live, isEmpty: result.value?.rows.length === 0,
                messages: result.value?.isLimited ? [`only the first ${number(result.value.rows.length)} rows are here`] : [],
            }, {
                empty: () => h('p', { class: 'calm' }, 'No line of this time matches. A wider range or another group may hold some.'),
                default: () => result.value ? h(Results, { result: result.value, onFilter: condition => choose(withFilter(text.value, condition)) }) : null,
            }),
        ];
    },
};
