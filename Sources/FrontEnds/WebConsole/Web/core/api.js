// The public AWS-shaped APIs, as any SDK calls them, from the page's own origin. An error is a value here: a caller looks
// at `ok` and shows the error with its code and request id; nothing is thrown and nothing becomes "no data".
import { request } from './request.js';
import { scopeHeaders } from './scope.js';

/**
 * @typedef {{code: string, message: string, status: number, requestId: string|null, operation: string, details?: any}} ApiError
 * @typedef {{ok: true, value: any} | {ok: false, error: ApiError}} Answer
 */

const services = {
    cloudwatch: { signing: 'monitoring', target: 'GraniteServiceVersion20100801', type: 'application/x-amz-json-1.0' },
    logs: { signing: 'logs', target: 'Logs_20140328', type: 'application/x-amz-json-1.1' },
    xray: { signing: 'xray', type: 'application/json' },
};

const timeoutMilliseconds = 20_000;

/**
 * CloudWatch (JSON 1.0) or Logs (JSON 1.1): `call('logs', 'DescribeLogGroups', { limit: 50 }, signal)`.
 * @returns {Promise<Answer>}
 */
export const call = (service, operation, input = {}, signal) => send({ service, operation, input }, signal);

/** X-Ray (REST JSON): `xray('/TraceSummaries', 'GetTraceSummaries', { StartTime, EndTime }, signal)`. */
export const xray = (path, operation, input = {}, signal) => send({ service: 'xray', path, operation, input }, signal);

/** A call as it goes over the wire. @param {import('../parts/apicall.js').ApiCall} call */
export function requestOf({ service, operation, input, path = '/' }) {
    const { signing, target, type } = services[service];
    return { path, headers: { ...scopeHeaders(signing), 'Content-Type': type, ...target ? { 'X-Amz-Target': `${target}.${operation}` } : {} }, body: JSON.stringify(input) };
}

async function send(call, signal) {
    const { operation } = call, { path, headers, body: sent } = requestOf(call);
    const { failed, response, text } = await exchange(path, { method: 'POST', headers, body: sent }, operation, signal);
    if (failed) return failed;
    const requestId = response.headers.get('x-amzn-requestid') ?? response.headers.get('x-amz-request-id');
    const body = parse(text);
    if (response.ok && body !== undefined) return { ok: true, value: body };
    if (response.ok) return failure(operation, 'BadAnswer', 'the answer is not JSON', response.status, requestId);
    // `__type` may carry a namespace before the code; the header may carry an address after it.
    const type = body?.__type ?? response.headers.get('x-amzn-errortype') ?? `HTTP ${response.status}`;
    const code = String(type).split('#').pop().split(':')[0];
    const message = body?.message ?? body?.Message ?? text.slice(0, 300) ?? '';
    return failure(operation, code, String(message), response.status, requestId, body);
}

/**
 * A plain page of this server, such as `/metrics`, as text.
 * @param {number[]} [also] statuses besides 200 whose text is an answer too
 * @returns {Promise<Answer>} value: string
 */
export async function read(path, signal, also = []) {
    const { failed, response, text } = await exchange(path, { method: 'GET' }, path, signal);
    if (failed) return failed;
    return response.ok || also.includes(response.status) ? { ok: true, value: text } : failure(path, `HTTP ${response.status}`, text.slice(0, 300), response.status);
}

/**
 * A question to the console's own API, answered in JSON: `ask('/api/ui/v1/deliveries?about=…')`.
 * @returns {Promise<Answer>}
 */
export async function ask(path, signal) {
    const { failed, response, text } = await exchange(path, { method: 'GET', headers: scopeHeaders('monitoring') }, path, signal);
    return failed ?? own(path, response, text);
}

/**
 * A call of the console's own API, JSON both ways: `post('/api/ui/v1/alarms/preview', { alarm })`.
 * @returns {Promise<Answer>}
 */
export async function post(path, input, signal) {
    const { failed, response, text } = await exchange(path, { method: 'POST', headers: { ...scopeHeaders('monitoring'), 'Content-Type': 'application/json' }, body: JSON.stringify(input) }, path, signal);
    return failed ?? own(path, response, text);
}

function own(path, response, text) {
    const body = parse(text);
    if (response.ok && body !== undefined) return { ok: true, value: body };
    return failure(path, body?.code ?? `HTTP ${response.status}`, String(body?.message ?? body?.error ?? text.slice(0, 300)), response.status, null, body);
}

/** One request and its whole answer; `failed` when there was none. */
async function exchange(path, options, operation, signal) {
    const limit = AbortSignal.timeout(timeoutMilliseconds);
    try {
        const response = await request(path, { ...options, cache: 'no-store', signal: signal ? AbortSignal.any([signal, limit]) : limit });
        return { response, text: await response.text() };
    } catch (problem) {
        if (signal?.aborted) return { failed: failure(operation, 'Aborted', 'the request was given up') };
        if (limit.aborted) return { failed: failure(operation, 'Timeout', `no answer within ${timeoutMilliseconds / 1000} s`) };
        return { failed: failure(operation, 'Unreachable', `the server at ${location.origin} does not answer (${problem.message})`) };
    }
}

function parse(text) {
    if (text === '') return {};
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

const failure = (operation, code, message, status = 0, requestId = null, details = null) =>
    ({ ok: false, error: { operation, code, message, status, requestId, details } });

/**
 * Follows `NextToken` or `nextToken` for at most `pages` answers and joins the lists under `key`.
 * @returns {Promise<Answer>} value: `{ items, isWhole }`; `isWhole` is false when there was more.
 */
export async function pages(fetchPage, key, pages = 4) {
    const items = [];
    let token;
    for (let page = 0; page < pages; page += 1) {
        const answer = await fetchPage(token);
        if (!answer.ok) return answer;
        items.push(...(answer.value[key] ?? []));
        token = answer.value.NextToken ?? answer.value.nextToken;
        if (!token) return { ok: true, value: { items, isWhole: true } };
    }
    return { ok: true, value: { items, isWhole: false } };
}
