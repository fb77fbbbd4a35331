/** Milliseconds without an answer to a statement after which its connection is closed and opened again. */
export const SILENCE_LIMIT_MS = 30_000;

/**
 * Faults of postgres 3.4.9 with lost connections and behind a pooler, by file. Unfixed, they end the process, leave
 * queries that never settle, and lose connections of the pool for good.
 */
const CHANGES: Record<string, { why: string; from: string; to: string }[]> = {
	"connection.js": [
		{
			why: "It writes to the socket of a lost connection in a setImmediate that nothing can catch (porsager/postgres#1154, #1208; mended by its PR 1209, unreleased).",
			from: "function nextWrite(fn) {\n",
			to: `function nextWrite(fn) {
    if (!socket) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
		},
		{
			why: "A write that was waiting when the connection closed is cancelled and still counted as waiting, so that nothing is ever written on the connection's next socket, its start-up message included.",
			from: "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n",
			to: "    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)\n",
		},
		{
			why: "A server, or the proxy before it, that accepts and closes is asked again without end and without a pause, and the query waits for ever. Other hosts are still tried.",
			from: "    if (initial)\n      return reconnect()\n",
			to: "    if (initial && options.host.length > 1)\n      return reconnect()\n",
		},
		{
			why: "What the lost connection was doing is kept, and taken for the doing of the next one: its error is given to another query.",
			from: "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n",
			to: `    ;(initial || query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    rows = 0
`,
		},
		{
			why: "It sends a statement that it does not prepare in two halves, also behind another on the same connection. Behind a transaction pooler the first half is then never passed on, and both sides wait for ever.",
			from: "        && !q.cursorFn\n        && sent.length < max_pipeline\n",
			to: "        && !q.cursorFn\n        && (options.prepare || q.options.onexecute)\n        && sent.length < max_pipeline\n",
		},
		{
			why: "It waits without end for a server that has gone without a word; the kernel tells after a quarter of an hour.",
			from: "      socket.on('data', data)\n      keep_alive",
			to: `      socket.on('data', data)
      socket.setTimeout(${SILENCE_LIMIT_MS}, () => query && socket && socket.destroy(Errors.connection('CONNECTION_SILENT', options, socket)))
      keep_alive`,
		},
	],
	"index.js": [
		{
			why: "A transaction whose connection was lost goes on on that connection: the pool has lost it (it waits in the wrong queue), or has given it to somebody else, into whose work this one's statements and rollback then go.",
			from: "    let savepoints = 0\n",
			to: "    let lost = null\n      , savepoints = 0\n",
		},
		{
			why: "The same: from the loss on, the transaction's statements fail.",
			from: "        new Promise((_, reject) => connection.onclose = reject)\n",
			to: `        new Promise((_, reject) => connection.onclose = e => {
          lost = e
          while (queries.length) queries.shift().reject(e)
          reject(e)
        })
`,
		},
		{
			why: "The same.",
			from: "        q.catch(e => uncaughtError || (uncaughtError = e))\n",
			to: "        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost) return q.reject(lost)\n",
		},
	],
};

/** The driver's files that are changed, by their name under `src`. */
export const GUARDED_FILES = Object.keys(CHANGES);

/**
 * Returns the code of a driver file with its faults fixed.
 * @throws when the code to replace is not there exactly once, so that a new version of the driver is checked before
 * use.
 */
export function guardDriver(file: string, code: string): string {
	return (CHANGES[file] ?? []).reduce((text, { why, from, to }) => {
		if (text.split(from).length !== 2)
			throw new Error(`postgres has changed; see in ${file} whether this is still so: ${why}`);
		return text.replace(from, () => to);
	}, code);
}
