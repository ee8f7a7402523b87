// One log event: a line that can be scanned, and on opening everything there is to know about it.
import { computed, h, ref } from '../core/vue.js';
import { isUnderCursor, pointAt, pointAway } from '../core/cursor.js';
import { oneLine, visible } from '../core/format.js';
import { clockWithMilliseconds, moment } from '../core/time.js';
import { CopyButton } from './card.js';
import { icon } from './icons.js';
import { JSONTree } from './jsontree.js';
import { stateBadge } from './state.js';

/** Longer messages are not searched for a level or parsed as JSON. */
const parsedCharactersMax = 300_000;

/** The message as a JSON object, or null. */
export function parsed(message) {
    if (message.length > parsedCharactersMax || !message.trimStart().startsWith('{')) return null;
    try {
        const value = JSON.parse(message);
        return typeof value === 'object' ? value : null;
    } catch {
        return null;
    }
}

/** ERROR, WARN or null, from the field that structured loggers write, or from the words of a plain line. */
export function level(message, json) {
    const word = String(json?.level ?? json?.severity ?? json?.log_level ?? message.slice(0, 2000)).toUpperCase();
    if (/ERROR|FATAL|CRITICAL|EXCEPTION|TIMED OUT/.test(word)) return 'ERROR';
    return /WARN/.test(word) ? 'WARN' : null;
}

/** What a line says: the text field of a structured message, with its error, else the message itself. */
function headline(message, json) {
    const text = json?.message ?? json?.msg ?? json?.event;
    if (typeof text !== 'string') return oneLine(message);
    const error = json.error ?? json.exception ?? json.errorMessage;
    const detail = typeof error === 'string' ? error : typeof error?.message === 'string' ? error.message : '';
    return oneLine(detail && !text.includes(detail) ? `${text}: ${detail}` : text);
}

/** The X-Ray trace a line belongs to, or null. */
function traceOf(message) {
    return /\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/.exec(message.slice(0, 20_000))?.[0] ?? null;
}

/** The part of a group's name that tells groups apart. */
export const shortGroup = name => visible(name.split('/').pop() || name, 80);

export const LogRow = {
    props: {
        /** `{ group, logStreamName, timestamp, message, ingestionTime, eventId }` */
        event: { type: Object, required: true },
        onTrace: Function,
    },
    emits: ['toggle'],
    setup(props, { emit }) {
        const isOpen = ref(false);
        const json = computed(() => parsed(props.event.message));
        const trace = computed(() => traceOf(props.event.message)), isPointedAt = computed(() => isUnderCursor(props.event.timestamp));

        function detail() {
            const { event } = props;
            return h('div', { class: 'logdetail' }, [
                h('dl', [
                    h('dt', 'Time'), h('dd', moment(event.timestamp)),
                    h('dt', 'Group'), h('dd', visible(event.group, 512)),
                    h('dt', 'Stream'), h('dd', visible(event.logStreamName, 512)),
                    trace.value && props.onTrace ? [h('dt', 'Trace'), h('dd', h('button', { type: 'button', class: 'link', onClick: () => props.onTrace(trace.value) }, trace.value))] : null,
                ]),
                h('div', { class: 'message' }, [
                    json.value ? h(JSONTree, { value: json.value }) : h('pre', { dir: 'ltr' }, visible(event.message, 20_000)),
                    h(CopyButton, { text: event.message, label: 'Copy the message' }),
                ]),
            ]);
        }

        return () => {
            const { event } = props;
            const severity = level(event.message, json.value);
            return h('li', { class: ['logrow', { open: isOpen.value, pointed: isPointedAt.value }], onPointerenter: () => pointAt(event.timestamp), onPointerleave: pointAway }, [
                h('button', { type: 'button', class: 'line', 'aria-expanded': String(isOpen.value), onClick: () => { isOpen.value = !isOpen.value; emit('toggle', isOpen.value); } }, [
                    icon(isOpen.value ? 'down' : 'right'),
                    h('time', { datetime: new Date(event.timestamp).toISOString() }, clockWithMilliseconds(event.timestamp)),
                    severity ? stateBadge(severity, severity === 'ERROR' ? 'Error' : 'Warn') : h('span', { class: 'state nodata' }, 'Info'),
                    h('span', { class: 'group' }, shortGroup(event.group)),
                    h('bdi', { class: 'text', dir: 'ltr' }, headline(event.message, json.value)),
                ]),
                isOpen.value ? detail() : null,
            ]);
        };
    },
};
