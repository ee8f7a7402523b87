// Who is signed in, at the end of the top bar: the account, a new password, and the way out. Nothing on an open server.
import { h, reactive, ref } from '../core/vue.js';
import { changePassword, session, signOut } from '../core/session.js';
import { say } from '../core/toasts.js';
import { Dialog } from './dialog.js';
import { labelled } from '../pages/login/login.js';

const isOpen = ref(false);
const close = () => { isOpen.value = false; };

async function leave() {
    const problem = await signOut();
    if (problem) say(problem, 'bad');
}

const Sheet = {
    setup() {
        const draft = reactive({ current: '', next: '' }), problem = ref('');
        async function submit(event) {
            event.preventDefault();
            problem.value = await changePassword(draft.current, draft.next);
            if (problem.value) return;
            close();
            say('The password is changed; every other session of yours has ended');
        }
        return () => h('div', { class: 'timesheet' }, [
            h('p', [h('strong', session.user.name), h('span', { class: 'meta' }, ` ${session.user.role}, account ${session.account}`)]),
            h('p', h('button', { type: 'button', class: 'primary signout', onClick: leave }, 'Sign out')),
            h('details', [
                h('summary', 'Change the password'),
                h('form', { onSubmit: submit }, [
                    h('input', { class: 'hidden', type: 'text', name: 'username', autocomplete: 'username', value: session.user.name, readonly: true, tabindex: -1, 'aria-hidden': 'true' }),
                    labelled('currentpassword', 'Current password', { type: 'password', autocomplete: 'current-password', value: draft.current, onInput: event => { draft.current = event.target.value; } }),
                    labelled('newpassword', 'New password, eight characters at least', { type: 'password', autocomplete: 'new-password', minlength: 8, value: draft.next, onInput: event => { draft.next = event.target.value; } }),
                    h('p', { class: 'problem', role: 'alert' }, problem.value),
                    h('div', h('button', { type: 'submit', class: 'plain' }, 'Change')),
                ]),
            ]),
        ]);
    },
};

export const userMenu = () => session.user ? [
    h('button', { type: 'button', class: 'user', 'aria-haspopup': 'dialog', title: `Signed in as ${session.user.name}`, 'aria-label': `Signed in as ${session.user.name}`, onClick: () => { isOpen.value = true; } }, session.user.name),
    isOpen.value ? h(Dialog, { title: 'Signed in', look: 'sheet', onClose: close }, () => h(Sheet)) : null,
] : [];
