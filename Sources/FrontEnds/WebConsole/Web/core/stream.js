// The tab's one event stream: what pages want to hear, multiplexed; when it ends it goes on where it was, or begins anew where that is
// forgotten; closed while nobody looks.
// Documentation/ConsoleAPI.md, "live".
import { shallowReactive } from './vue.js';
import { chosenHeaders } from './request.js';
import { scope } from './scope.js';
import { noteRefusal, proofHeaders, session } from './session.js';

/** `isUp`: news arrive by themselves; else pages must ask. `downSince`: since when they do not, 0 when they do. */
export const stream = shallowReactive({ isUp: false, downSince: 0 });

const shortestWait = 1000, longestWait = 30_000, hiddenMilliseconds = 10_000;

/** @type {Map<string, {id: string, topic: any, hearers: Set<(name: string, data: any) => void>, isCarried: boolean}>} by topic: who wants the same shares it */
const wanted = new Map();
let next = 0, streamID = '', lastEvent = '', carried = '', under = null, failures = 0, retry = 0, sending = 0, hiding = 0;

/**
 * Hears of `topic`, such as `{ topic: 'logs', group: '/shop', filter: 'ERROR' }`, until the answer is called.
 * @param {(name: string, data: any) => void} hear gets `logs`, `metrics`, `alarm`, `health` with their data; `lag` when something was
 *   left out; `hello` when the stream carries it from now on: what happened before is not told, so ask once.
 */
export function listen(topic, hear) {
    const key = JSON.stringify(topic), entry = wanted.get(key) ?? { id: String(next += 1), topic, hearers: new Set(), isCarried: false };
    const isNew = !wanted.has(key), mine = (name, data) => hear(name, data);
    entry.hearers.add(mine);
    wanted.set(key, entry);
    if (isNew) changed();
    return () => {
        entry.hearers.delete(mine);
        if (entry.hearers.size > 0 || wanted.get(key) !== entry) return;
        wanted.delete(key);
        changed();
    };
}

/** @param {string} id of a subscription */
function tell(id, name, data) {
    for (const entry of wanted.values()) if (entry.id === id) for (const hear of entry.hearers) hear(name, data);
}

function changed() {
    if (wanted.size === 0 || document.hidden) return;
    if (!under) { clearTimeout(retry); run(); return; }
    // Several come and go together when a page changes.
    clearTimeout(sending);
    sending = setTimeout(send, 20);
}

async function send() {
    if (!streamID) return;
    const subscriptions = [...wanted.values()].map(({ id, topic }) => ({ id, ...topic })), asked = JSON.stringify(subscriptions);
    // A stream that goes on carries what it did.
    if (asked === carried) return setUp(true);
    try {
        const response = await fetch(`/api/ui/v1/live/${streamID}`, {
            method: 'POST', headers: { 'Content-Type': 'application/json', ...chosenHeaders(), ...proofHeaders() }, body: JSON.stringify({ subscriptions }), cache: 'no-store',
        });
        if (response.ok) {
            setUp(true);
            // What happened before is not told: whoever is new asks once.
            carried = asked;
            const taken = new Set(subscriptions.map(({ id }) => id));
            for (const entry of wanted.values()) {
                if (entry.isCarried || !taken.has(entry.id)) continue;
                entry.isCarried = true;
                tell(entry.id, 'hello', {});
            }
            return;
        }
        noteRefusal(response.status);
        // A group that is gone, or a filter half typed: the pages ask by themselves until something changes.
        setUp(false);
    } catch {
        setUp(false);
    }
}

function setUp(isUp) {
    if (stream.isUp === isUp) return;
    stream.isUp = isUp;
    stream.downSince = isUp ? 0 : Date.now();
}

async function run() {
    const mine = under = new AbortController();
    try {
        const query = session.mode === 'open' ? `?${new URLSearchParams(scope.value)}` : '';
        const response = await fetch(`/api/ui/v1/live${query}`, { headers: { ...session.mode === 'open' ? {} : chosenHeaders(), ...lastEvent ? { 'Last-Event-ID': lastEvent } : {} }, signal: mine.signal, cache: 'no-store' });
        if (!response.ok) { noteRefusal(response.status); throw new Error(String(response.status)); }
        await read(response.body, mine);
    } catch { /* below, as any end */ }
    if (under !== mine) return;
    under = null;
    streamID = '';
    setUp(false);
    failures += 1;
    if (wanted.size > 0 && !document.hidden) retry = setTimeout(run, Math.min(longestWait, shortestWait * 2 ** (failures - 1)) * (0.5 + Math.random() / 2));
}

/** Server-sent events: `id:`, `event:` and `data:` lines, a blank one between. Nothing for long means that the line is dead. */
async function read(body, mine) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '', patience = 30_000, watchdog = 0;
    const wait = () => { clearTimeout(watchdog); watchdog = setTimeout(() => mine.abort(), patience); };
    try {
        for (wait(); ;) {
            const { value, done } = await reader.read();
            if (done) return;
            wait();
            const frames = (rest + value).split('\n\n');
            rest = frames.pop();
            for (const frame of frames) {
                const [, id, name, data] = /^(?:id: (\S+)\n)?event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
                if (!name) continue;
                lastEvent = id ?? lastEvent;
                const told = JSON.parse(data);
                if (name === 'hello') {
                    streamID = told.stream;
                    // One that goes on tells what was missed; of a new one the pages must ask.
                    if (!told.isResumed) {
                        carried = '';
                        for (const entry of wanted.values()) entry.isCarried = false;
                    }
                    patience = told.heartbeatSeconds * 2500;
                    failures = 0;
                    send();
                } else {
                    tell(told.id ?? '', name, told);
                }
            }
        }
    } finally {
        clearTimeout(watchdog);
    }
}

document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (!document.hidden) { changed(); return; }
    // A browser has few connections for all its tabs: one that nobody looks at gives its own back.
    hiding = setTimeout(() => { clearTimeout(retry); under?.abort(); under = null; streamID = ''; setUp(false); }, hiddenMilliseconds);
});
