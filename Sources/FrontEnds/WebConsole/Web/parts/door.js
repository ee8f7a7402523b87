// What the page shows first: nothing until the server has said whether it asks for a sign-in, then that, or the shell.
import { h } from '../core/vue.js';
import { askSession, session } from '../core/session.js';
import { Login } from '../pages/login/login.js';
import { Shell } from './shell.js';

export const Door = {
    setup() {
        askSession();
        return () => {
            if (session.mode === 'asking') return null;
            return session.mode === 'guarded' && !session.user ? h(Login) : h(Shell);
        };
    },
};
