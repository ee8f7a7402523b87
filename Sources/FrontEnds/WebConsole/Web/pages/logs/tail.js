// New lines as they arrive, newest first, with an optional filter pattern. While somebody reads, scrolled down or in an open line, the
// lines stand still and what is newer is counted.
import { computed, h, ref, shallowRef, watch } from '../../core/vue.js';
import { plural } from '../../core/format.js';
import { refresh } from '../../core/live.js';
import { namedGroups } from '../../core/loggroups.js';
import { useLogTail } from '../../core/logtail.js';
import { go, pathOf, route, setQuery } from '../../core/router.js';
import { rangeText } from '../../core/time.js';
import { awsCommand, Card, CopyButton } from '../../parts/card.js';
import { LogRow } from '../../parts/logrow.js';

const shownMax = 300, everyMilliseconds = 2000;

export const Tail = {
    setup() {
        const pattern = ref(route.query.f ?? '');
        const live = useLogTail(() => ({
            groups: namedGroups.value, pattern: route.query.f ?? '', shownMax, lookBack: [15_000, 60_000, 300_000, 1_800_000, 86_400_000], pageEvents: 2000, groupsMax: 50,
        }), { every: everyMilliseconds });
        const list = ref(null), isScrolled = ref(false), open = shallowRef(new Set()), held = shallowRef(null);
        const keyOf = event => `${event.group} ${event.eventId}`, isReading = computed(() => isScrolled.value || open.value.size > 0);
        watch(isReading, reads => { held.value = reads ? live.data?.events ?? null : null; });
        // Another filter or range: what was read is not of it.
        watch(() => [route.query.f, namedGroups.value.join(), rangeText.value].join('\u0000'), follow);
        /** How many lines came since it stands still; all that are kept when none of the old ones is left. */
        const newer = computed(() => {
            const [first] = held.value ?? [], events = live.data?.events ?? [];
            if (!first) return 0;
            const at = events.findIndex(event => keyOf(event) === keyOf(first));
            return at < 0 ? events.length : at;
        });
        function follow() {
            open.value = new Set();
            if (list.value) list.value.scrollTop = 0;
            isScrolled.value = false;
            held.value = null;
        }
        function toggle(event, isOpen) {
            const next = new Set(open.value);
            if (isOpen) next.add(keyOf(event)); else next.delete(keyOf(event));
            open.value = next;
        }
        function submit(event) {
            event.preventDefault();
            setQuery({ f: pattern.value });
        }
        return () => {
            const { groups, messages } = live.data ?? { groups: 0, messages: [] }, events = held.value ?? live.data?.events ?? [];
            return h(Card, { title: 'New lines', note: groups > 0 ? `newest ${events.length} of ${plural(groups, 'group')}` : undefined, live, isEmpty: events.length === 0, messages, onRetry: refresh }, {
                actions: () => [
                    h('form', { class: 'filterform', onSubmit: submit }, [
                        h('input', { class: 'field', 'data-filter': true, 'aria-label': 'Filter pattern', placeholder: 'ERROR, ?a ?b, { $.level = "ERROR" }', value: pattern.value, spellcheck: false, onInput: event => { pattern.value = event.target.value; } }),
                        h('button', { type: 'submit', class: 'plain' }, 'Filter'),
                    ]),
                    h(CopyButton, { text: awsCommand(`logs filter-log-events --log-group-name ${namedGroups.value[0] ?? 'GROUP'}`, ...route.query.f ? [`--filter-pattern '${route.query.f.replaceAll("'", `'\\''`)}'`] : []), label: 'Copy as aws-cli command', symbol: 'terminal' }),
                ],
                empty: () => h('p', { class: 'calm' }, 'No line of this time matches. New ones appear here by themselves.'),
                default: () => h('div', { class: 'tailbox' }, [
                    newer.value > 0 ? h('button', { type: 'button', class: 'primary newer', onClick: follow }, newer.value >= shownMax ? `More than ${shownMax} newer lines` : plural(newer.value, 'newer line')) : null,
                    h('ul', { class: 'logs tall', tabindex: 0, 'aria-label': 'New lines', ref: list, onScroll: event => { isScrolled.value = event.target.scrollTop > 4; } },
                        events.map(event => h(LogRow, { key: keyOf(event), event, onTrace: id => go(pathOf('/traces', id)), onToggle: isOpen => toggle(event, isOpen) }))),
                ]),
            });
        };
    },
};
