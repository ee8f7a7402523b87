// Who looks at the console. An open server asks nobody; a guarded one takes a session's cookie instead of a signature, and with
// whatever could change something the proof that a page of ours sends it. Documentation/ConsoleAPI.md.
import { shallowReactive } from './vue.js';

/** `mode`: 'asking' until the server has said it, then 'open' or 'guarded'; `user`: `{ name, role }` of who is signed in. */
export const session = shallowReactive({ mode: 'asking', user: null, account: '000000000000', region: 'us-east-1', csrf: null });

const none = { user: null, csrf: null };

/** Asks the server who we are. One that does not answer is taken for an open one: its pages will say what is wrong. */
export async function askSession() {
    try {
        const response = await fetch('/api/ui/v1/session', { cache: 'no-store' });
        if (response.ok) return take(await response.json());
    } catch { /* said by every page */ }
    if (session.mode === 'asking') session.mode = 'open';
}

const take = answer => { Object.assign(session, none, answer); };

/** @returns {Promise<string>} why not, in words; empty when somebody is signed in */
export async function signIn(name, password) {
    const answer = await post('login', { name, password });
    if (answer.ok) take(answer.value);
    return answer.ok ? '' : answer.message;
}

/** @returns {Promise<string>} why not, in words; empty when it is changed */
export async function changePassword(current, next) {
    const answer = await post('password', { current, new: next });
    if (answer.ok) take(answer.value);
    return answer.ok ? '' : answer.message;
}

/** Ends the session. The page is loaded anew, so that nothing of what was shown stays. */
export async function signOut() {
    const answer = await post('logout', {});
    if (!answer.ok) return answer.message;
    location.reload();
    return '';
}

async function post(what, body) {
    try {
        const response = await fetch(`/api/ui/v1/${what}`, {
            method: 'POST', headers: { 'Content-Type': 'application/json', ...proofHeaders() }, body: JSON.stringify(body), cache: 'no-store',
        });
        const text = await response.text(), value = text ? JSON.parse(text) : {};
        return response.ok ? { ok: true, value } : { ok: false, message: value.message ?? `The server answered ${response.status}.` };
    } catch {
        return { ok: false, message: `The server at ${location.origin} does not answer.` };
    }
}

/** What a request of a page carries besides its cookie. */
export const proofHeaders = () => session.csrf ? { 'X-Groundwatch-Csrf': session.csrf } : {};

/** To be told of every refusal: one that means "nobody is signed in" leads to the sign-in, and back to this page after it. */
export function noteRefusal(status, code) {
    if (status !== 401 && code !== 'MissingAuthenticationTokenException') return;
    if (session.mode === 'guarded') Object.assign(session, none);
    else askSession();
}
