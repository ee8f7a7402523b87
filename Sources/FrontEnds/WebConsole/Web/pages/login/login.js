// Signing in. It stands in place of the page that was asked for, whose address stays, so that afterwards that page is there.
import { h, nextTick, onMounted, reactive, ref } from '../../core/vue.js';
import { session, signIn } from '../../core/session.js';
import { isDark, toggleTheme } from '../../core/theme.js';
import { icon } from '../../parts/icons.js';

export const labelled = (id, label, attributes) => h('div', { class: 'labelled' }, [h('label', { for: id }, label), h('input', { id, class: 'field', required: true, ...attributes })]);

export const Login = {
    setup() {
        const draft = reactive({ name: '', password: '' }), problem = ref(''), isBusy = ref(false);
        async function submit(event) {
            event.preventDefault();
            if (isBusy.value) return;
            isBusy.value = true;
            problem.value = '';
            problem.value = await signIn(draft.name.trim(), draft.password);
            isBusy.value = false;
            if (session.user) return;
            draft.password = '';
            await nextTick();
            document.getElementById('password')?.focus();
        }
        onMounted(() => {
            document.title = 'Sign in · Groundwatch';
            document.getElementById('username')?.focus();
        });
        return () => h('main', { class: 'login', id: 'main' }, [
            h('form', { class: 'card', onSubmit: submit }, [
                h('img', { src: new URL('../../icon.svg', import.meta.url).href, alt: '', width: 40, height: 40 }),
                h('h1', 'Sign in to Groundwatch'),
                labelled('username', 'Name', { value: draft.name, autocomplete: 'username', autocapitalize: 'none', spellcheck: false, maxlength: 64, onInput: event => { draft.name = event.target.value; } }),
                labelled('password', 'Password', { type: 'password', value: draft.password, autocomplete: 'current-password', onInput: event => { draft.password = event.target.value; } }),
                h('p', { class: 'problem', role: 'alert' }, problem.value),
                h('button', { type: 'submit', class: 'primary', disabled: isBusy.value }, isBusy.value ? 'Signing in…' : 'Sign in'),
                h('p', { class: 'meta' }, ['Whoever runs this server makes users with ', h('code', 'groundwatch user add NAME'), '.']),
            ]),
            h('button', { type: 'button', class: 'quiet theme', 'aria-label': isDark.value ? 'Light theme' : 'Dark theme', title: isDark.value ? 'Light theme' : 'Dark theme', onClick: toggleTheme }, icon(isDark.value ? 'sun' : 'moon')),
        ]);
    },
};
