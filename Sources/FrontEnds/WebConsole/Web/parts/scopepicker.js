// The account and region in the top bar, and the sheet to choose others.
import { computed, h, reactive, ref } from '../core/vue.js';
import { chooseScope, ownScope, recentScopes, scope, scopeMistakes } from '../core/scope.js';
import { session } from '../core/session.js';
import { Dialog } from './dialog.js';
import { field } from './forms.js';
import { icon } from './icons.js';

const isOpen = ref(false);
export const openScopePicker = () => { isOpen.value = true; };

/** To choose from while typing; any other name is taken as well. */
const regions = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1', 'eu-south-1',
    'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'ap-northeast-2', 'sa-east-1', 'af-south-1', 'me-south-1'];

const Sheet = {
    setup() {
        const draft = reactive({ ...scope.value }), mistakes = computed(() => scopeMistakes(draft)), isWrong = computed(() => Object.values(mistakes.value).some(Boolean));
        const submit = event => {
            event.preventDefault();
            if (!isWrong.value) chooseScope(draft);
        };
        const known = () => [...new Set([`${ownScope.account} ${ownScope.region}`, ...recentScopes.items()])].map(item => item.split(' '));
        return () => h('div', { class: 'timesheet' }, [
            h('form', { onSubmit: submit, novalidate: true }, [
                field({ id: 'scopeaccount', label: 'Account', value: draft.account, mistake: mistakes.value.account, inputmode: 'numeric', maxlength: 12, autofocus: true, onInput: value => { draft.account = value.trim(); } }),
                field({ id: 'scoperegion', label: 'Region', value: draft.region, mistake: mistakes.value.region, list: 'regions', onInput: value => { draft.region = value.trim(); } }),
                h('datalist', { id: 'regions' }, regions.map(value => h('option', { value }))),
                h('div', h('button', { type: 'submit', class: 'primary', disabled: isWrong.value }, 'Show')),
            ]),
            h('div', { class: 'quick', role: 'group', 'aria-label': 'Chosen lately' }, known().map(([account, region]) => h('button', {
                type: 'button', 'aria-pressed': String(account === scope.value.account && region === scope.value.region), onClick: () => chooseScope({ account, region }),
            }, `${account} · ${region}`))),
            h('p', { class: 'meta' }, session.mode === 'guarded' ? 'A user and a key belong to one account; an admin may look at others.' : 'A client names its account by an access key of twelve digits; every other key, and none, is account 000000000000.'),
        ]);
    },
};

export const scopePicker = () => [
    h('button', { type: 'button', class: 'scope wideonly', 'aria-haspopup': 'dialog', title: 'Choose an account and region', onClick: openScopePicker }, [
        icon('account'), h('span', scope.value.account), h('span', { class: 'meta' }, scope.value.region),
    ]),
    isOpen.value ? h(Dialog, { title: 'Account and region', look: 'sheet', onClose: () => { isOpen.value = false; } }, () => h(Sheet)) : null,
];
