"""A trace of 10,001 spans in a console's page: more than the API's own limit of 500 KB for a trace lets through, so the page answers itself."""

import secrets
import time

ANSWER = """
const [trace, start] = arguments, id = number => number.toString(16).padStart(16, '0'), documents = [];
documents.push({ id: id(1), trace_id: trace, name: 'big', start_time: start, end_time: start + 20 });
for (let part = 0; part < 100; part += 1) {
    const at = start + part * 0.2, subsegments = [];
    for (let step = 0; step < 99; step += 1) subsegments.push({ id: id(1000 + part * 100 + step), name: `step ${step}`, start_time: at + step * 0.002, end_time: at + step * 0.002 + 0.0015 });
    documents.push({ id: id(100 + part), trace_id: trace, parent_id: id(1), name: `worker-${part % 7}`, start_time: at, end_time: at + 0.2, subsegments });
}
const answer = JSON.stringify({ Traces: [{ Id: trace, Duration: 20, Segments: documents.map(document => ({ Id: document.id, Document: JSON.stringify(document) })) }] });
const real = window.fetch;
window.fetch = (path, options) => path === '/Traces' ? Promise.resolve(new Response(answer, { headers: { 'content-type': 'application/json' } })) : real(path, options);
"""


def stand_in(page):
    """The page's next questions for a trace are answered with the long one; its id."""
    start = int(time.time()) - 30
    trace = f"1-{start:08x}-{secrets.token_hex(12)}"
    page.run(ANSWER, trace, start)
    return trace
