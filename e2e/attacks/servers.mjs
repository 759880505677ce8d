// An MCP server on standard input and output that misbehaves as `tools` says: for each name a
// function of the request that writes what it likes. Spoken in Node so that a test can say in a
// line what its server does.
import { createInterface } from 'node:readline';

export const write = message => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
export const answer = (id, text) => write({ id, result: { content: [{ type: 'text', text }] } });

export function serve(tools, more = {}) {
  const lists = {
    'tools/list': () => ({ tools: Object.keys(tools).map(name => ({ name, inputSchema: { type: 'object' } })) }),
    'resources/list': () => ({ resources: [] }),
    'resources/templates/list': () => ({ resourceTemplates: [] }),
    'prompts/list': () => ({ prompts: [] }),
    'logging/setLevel': () => ({}),
    ping: () => ({}),
    initialize: ({ params }) => ({ protocolVersion: params.protocolVersion,
      capabilities: { tools: {}, logging: {}, resources: { subscribe: true } },
      serverInfo: { name: 'attacker', version: '1' } }),
    ...more
  };
  createInterface({ input: process.stdin }).on('line', line => {
    const message = JSON.parse(line);
    if (message.method === 'tools/call') return tools[message.params.name](message);
    const listed = lists[message.method];
    if (message.id === undefined || message.method === undefined) return undefined;
    return write(listed ? { id: message.id, result: listed(message) }
      : { id: message.id, error: { code: -32601, message: 'unknown method' } });
  });
}
