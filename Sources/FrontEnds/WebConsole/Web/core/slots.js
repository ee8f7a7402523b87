// How many requests of this tab are under way at once. A browser opens six connections to a server for all its tabs together; who
// waits here can still be given up, and a page that is left frees its places at once.

const slotsMax = 4;
let taken = 0;
const waiting = [];

/**
 * Runs `work` when there is room.
 * @template T @param {() => Promise<T>} work @param {AbortSignal} [signal] giving up while waiting @returns {Promise<T>}
 */
export async function inSlot(work, signal) {
    if (taken >= slotsMax) await turn(signal);
    else taken += 1;
    try {
        signal?.throwIfAborted();
        return await work();
    } finally {
        const next = waiting.shift();
        if (next) next.resolve();
        else taken -= 1;
    }
}

/** Resolves with a place taken; rejects without one. */
function turn(signal) {
    return new Promise((resolve, reject) => {
        const entry = { resolve: () => { signal?.removeEventListener('abort', giveUp); resolve(); } };
        const giveUp = () => {
            waiting.splice(waiting.indexOf(entry), 1);
            reject(signal.reason);
        };
        if (signal?.aborted) { reject(signal.reason); return; }
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.push(entry);
    });
}
