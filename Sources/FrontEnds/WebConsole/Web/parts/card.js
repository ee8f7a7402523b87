// A card: title, what it can do, and one of loading, error, teaching emptiness or content.
import { h, ref } from '../core/vue.js';
import { plural, visible } from '../core/format.js';
import { ownScope, scope } from '../core/scope.js';
import { session } from '../core/session.js';
import { clock } from '../core/time.js';
import { icon } from './icons.js';

/** A button that copies text and says that it did. */
export const CopyButton = {
    props: { text: { type: String, required: true }, label: { type: String, required: true }, symbol: { type: String, default: 'copy' } },
    setup(props) {
        const done = ref('');
        async function copy() {
            try {
                await navigator.clipboard.writeText(props.text);
                done.value = 'Copied';
            } catch {
                done.value = 'Copying is not allowed here';
            }
            setTimeout(() => { done.value = ''; }, 1500);
        }
        return () => h('button', { class: ['quiet', 'copy'], type: 'button', title: props.label, 'aria-label': props.label, onClick: copy },
            [icon(done.value === 'Copied' ? 'check' : props.symbol), h('span', { class: 'said', role: 'status' }, done.value)]);
    },
};

/** A command that would fill an empty place, with this server's own address in it. */
export const Teach = {
    props: { what: { type: String, required: true }, command: { type: String, required: true } },
    setup: props => () => h('div', { class: 'teach' }, [
        h('p', props.what),
        h('div', { class: 'command' }, [h('pre', { tabindex: 0, 'aria-label': 'Command' }, props.command), h(CopyButton, { text: props.command, label: 'Copy the command' })]),
        h('p', { class: 'meta' }, session.mode === 'guarded' ? 'The key is one that was made with: groundwatch key create' : scope.value.account === ownScope.account ? 'Any credentials do on a first try: AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test' : `The key names this account: AWS_ACCESS_KEY_ID=${scope.value.account} AWS_SECRET_ACCESS_KEY=test`),
    ]),
};

/** An aws-cli command against this server. */
export const awsCommand = (...parts) => `aws --endpoint-url ${location.origin} \\\n  --region ${scope.value.region} ${parts.join(' \\\n  ')}`;

/** @param {import('../core/api.js').ApiError} error */
export const errorNote = (error, since, onRetry) => h('div', { class: 'failed', role: 'alert' }, [
    h('strong', `${error.operation}: ${visible(error.code, 100)}`),
    h('p', visible(error.message, 600)),
    h('p', { class: 'meta' }, [
        error.status ? `HTTP ${error.status}` : 'no answer', error.requestId ? ` · request ${visible(error.requestId, 80)}` : '',
        since ? ` · stale since ${clock(since)}` : '',
        onRetry ? h('button', { type: 'button', class: 'link', onClick: onRetry }, 'Try again') : null,
    ]),
]);

const skeleton = () => h('div', { class: 'skeleton', 'aria-label': 'Loading' }, [h('i'), h('i'), h('i')]);

/**
 * @example h(Card, { title: 'Alarms', live, isEmpty }, { default: () => rows, empty: () => h(Teach, …), actions: () => [] })
 * `live` is what `useLive` returns: no data yet is a skeleton; an error replaces it, or stands above old data.
 */
export const Card = {
    props: {
        title: { type: String, required: true }, note: String, live: Object, isEmpty: Boolean,
        messages: { type: Array, default: () => [] }, onRetry: Function,
        /** Whether what does not fit scrolls inside the card; then it must be reached by keyboard. */
        scrolls: Boolean,
    },
    setup(props, { slots }) {
        function body() {
            const { live } = props;
            const parts = [];
            if (live?.error) parts.push(errorNote(live.error, live.data ? live.failingSince : 0, props.onRetry));
            if (props.messages.length > 0) {
                parts.push(h('div', { class: 'partial', role: 'status' }, `${props.messages.length > 1 ? `${plural(props.messages.length, 'remark')}: ` : ''}${visible(props.messages.join(' · '), 400)}`));
            }
            if (live && !live.data) return live.error ? parts : [skeleton()];
            // Nothing came before the error either: that is no reason to call the place empty.
            if (live?.error && props.isEmpty) return parts;
            parts.push(props.isEmpty && slots.empty ? slots.empty() : slots.default());
            return parts;
        }
        return () => h('section', { class: 'card', 'aria-label': props.title }, [
            h('header', [
                h('h2', props.title), props.note ? h('span', { class: 'meta note' }, props.note) : null,
                h('span', { class: 'actions' }, slots.actions?.()),
            ]),
            h('div', { class: 'body', ...props.scrolls ? { tabindex: 0, role: 'group', 'aria-label': `${props.title}, content` } : {} }, body()),
        ]);
    },
};
