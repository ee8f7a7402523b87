// The public API call behind what a panel shows, to be run elsewhere: as an aws command, with curl, or as its request alone.
import { h, ref } from '../core/vue.js';
import { requestOf } from '../core/api.js';
import { scope } from '../core/scope.js';
import { CopyButton } from './card.js';
import { Dialog } from './dialog.js';

/** @typedef {{service: 'cloudwatch'|'logs'|'xray', operation: string, input: any, path?: string}} ApiCall   `path` for X-Ray */

const quoted = text => `'${text.replaceAll("'", `'\\''`)}'`;
const dashed = operation => operation.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** @param {ApiCall} call */
export const asCommand = ({ service, operation, input }) =>
    `aws --endpoint-url ${location.origin} --region ${scope.value.region} \\\n  ${service} ${dashed(operation)} \\\n  --cli-input-json ${quoted(JSON.stringify(input))}`;

/** @param {ApiCall} call */
function asCurl(call) {
    const { path, headers, body } = requestOf(call);
    return [`curl -s ${location.origin}${path}`, ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), `-d ${quoted(body)}`].join(' \\\n  ');
}

const forms = { command: ['aws', asCommand], curl: ['curl', asCurl], request: ['Request', ({ input }) => JSON.stringify(input, null, 2)] };

/** @example h(CallDrawer, { call, onClose }) */
export const CallDrawer = {
    props: { call: { type: Object, required: true } },
    emits: ['close'],
    setup(props, { emit }) {
        const form = ref('command');
        return () => h(Dialog, { title: `API call: ${props.call.operation}`, onClose: () => emit('close') }, () => {
            const text = forms[form.value][1](props.call);
            return h('div', { class: 'drawerbody' }, [
                h('span', { class: 'segments', role: 'group', 'aria-label': 'Form' }, Object.entries(forms).map(([name, [label]]) => h('button', { type: 'button', 'aria-pressed': String(form.value === name), onClick: () => { form.value = name; } }, label))),
                h('div', { class: 'command' }, [h('pre', { tabindex: 0, 'aria-label': 'Call' }, text), h(CopyButton, { text, label: 'Copy the call' })]),
            ]);
        });
    },
};
