// How every request of a page leaves: a few at once, with what a session needs, and with an eye on "sign in first".
import { scope } from './scope.js';
import { noteRefusal, proofHeaders, session } from './session.js';
import { inSlot } from './slots.js';

/** What stands for the account and region that the address chose, where a session stands for a signature. */
export function chosenHeaders() {
    const { account, region } = scope.value;
    return account === session.account && region === session.region ? {} : { 'X-Groundwatch-Account': account, 'X-Groundwatch-Region': region };
}

/** `fetch` for pages. The signal also ends the waiting for a free place. */
export function request(path, options) {
    return inSlot(async () => {
        const response = await fetch(path, { ...options, headers: sessionHeaders(options.headers) });
        noteRefusal(response.status, response.headers.get('x-amzn-errortype'));
        return response;
    }, options.signal);
}

/** A scope without a signature is for open servers; with a session it would be taken for a wrong one. */
function sessionHeaders(headers = {}) {
    if (session.mode !== 'guarded') return headers;
    const { Authorization, 'X-Amz-Date': date, ...others } = headers;
    return { ...others, ...chosenHeaders(), ...proofHeaders() };
}
