// Help: what keys do, what the range understands, and how data gets here.
import { h } from '../../core/vue.js';
import { areKeysOn, keyGroups, switchKeys } from '../../core/keys.js';
import { Card, Teach, awsCommand } from '../../parts/card.js';

const names = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', L: 'Shift L' };
const keyCaps = keys => keys.split(' ').flatMap((key, index) => [index > 0 ? ' ' : null, h('kbd', names[key] ?? key)]);

/** Keys that their own parts answer to, while these have the focus. */
const local = [
    ['Search', [['Ctrl K', 'Search everything with a name; a pasted trace id opens the trace'], ['Escape', 'Close what is on top']]],
    ['A chart', [['← →', 'To the period before or after; with Shift ten'], ['Home End', 'To the first or last period'], ['drag', 'Zoom every panel of the page'], ['Alt drag', 'Move the range'], ['double click', 'Back out']]],
    ['A table or trace', [['↑ ↓', 'From row to row'], ['Enter', 'Open the row'], ['← →', 'Close or open what is below a span'], ['n p', 'To the next or last span with an error'], ['+ -', 'Zoom to a span, and out again']]],
    ['A dashboard', [['e', 'Edit it'], ['← → ↑ ↓', 'On a grip: move the widget'], ['Shift ← → ↑ ↓', 'Resize it'], ['Enter', 'Change it'], ['Delete', 'Remove it']]],
    ['A query', [['Ctrl Enter', 'Run it'], ['Ctrl Space', 'Complete the word'], ['Alt ↑', 'The query that was run before']]],
];

const table = (caption, rows) => h('table', { class: 'keys' }, [h('caption', caption), h('tbody', rows.map(([keys, does]) => h('tr', [h('th', { scope: 'row' }, keys), h('td', does)])))]);

export const Help = {
    setup: () => () => h('div', { class: 'page help' }, [
        h('div', { class: 'heading' }, h('h1', 'Help')),
        h(Card, { title: 'Keys' }, { default: () => [
            h('label', { class: 'check' }, [
                h('input', { type: 'checkbox', checked: areKeysOn(), onChange: event => switchKeys(event.target.checked) }), 'Single keys act (off: only keys together with Ctrl, and those of the part in focus)',
            ]),
            h('div', { class: 'keygroups' }, [
                ...keyGroups().map(group => table(group.name, group.bindings.map(binding => [keyCaps(binding.keys), binding.does]))),
                ...local.map(([name, rows]) => table(name, rows.map(([keys, does]) => [keyCaps(keys), does]))),
            ]),
        ] }),
        h(Card, { title: 'The time range' }, { default: () => h('p', [
            'It is part of the address and follows from page to page. It can be typed: ', h('code', '-3h'), ', ', h('code', 'last 2 days'), ', ',
            h('code', '10:15 to 10:45'), ', ', h('code', '2026-11-20 08:00 to 2026-11-21'), '. A copied link holds the range that was seen.',
        ]) }),
        h(Card, { title: 'Sending data' }, { default: () => h(Teach, { what: 'Every AWS SDK, the aws command and the X-Ray SDKs reach this server with one setting:', command: awsCommand('cloudwatch list-metrics') }) }),
    ]),
};
