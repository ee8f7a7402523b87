// The public AWS-shaped APIs, as any SDK calls them, from the page's own origin. An error is a value here: a caller looks
// at `ok` and shows the error with its code and request id; nothing is thrown and nothing becomes "no data".

/**
 * @typedef {{code: string, message: string, status: number, requestId: string|null, operation: string, details?: any}} ApiError
 * @typedef {{ok: true, value: any} | {ok: false, error: ApiError}} Answer
 */

const services = {
    cloudwatch: { target: 'GraniteServiceVersion20100801', type: 'application/x-amz-json-1.0' },
    logs: { target: 'Logs_20140328', type: 'application/x-amz-json-1.1' },
};

const timeoutMilliseconds = 20_000;

/**
 * CloudWatch (JSON 1.0) or Logs (JSON 1.1): `call('logs', 'DescribeLogGroups', { limit: 50 }, signal)`.
 * @returns {Promise<Answer>}
 */
export function call(service, operation, input = {}, signal) {
    const { target, type } = services[service];
    return send('/', { 'Content-Type': type, 'X-Amz-Target': `${target}.${operation}` }, operation, input, signal);
}

/** X-Ray (REST JSON): `xray('/TraceSummaries', 'GetTraceSummaries', { StartTime, EndTime }, signal)`. */
export function xray(path, operation, input = {}, signal) {
    return send(path, { 'Content-Type': 'application/json' }, operation, input, signal);
}

async function send(path, headers, operation, input, signal) {
    const limit = AbortSignal.timeout(timeoutMilliseconds);
    let response, text;
    try {
        response = await fetch(path, {
            method: 'POST', headers, body: JSON.stringify(input), cache: 'no-store',
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
        });
        text = await response.text();
    } catch (problem) {
        if (signal?.aborted) return failure(operation, 'Aborted', 'the request was given up');
        if (limit.aborted) return failure(operation, 'Timeout', `no answer within ${timeoutMilliseconds / 1000} s`);
        return failure(operation, 'Unreachable', `the server at ${location.origin} does not answer (${problem.message})`);
    }
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
