// The official TypeScript clients, unmodified, in every mode: name and how to connect one.
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from '@modelcontextprotocol/client';

const identity = { name: 'mcptrunk-client-tests', version: '1.0.0' };

// Every variant resolves to {client, transport}; `client` is connected.
async function connect(Client, Transport, options, url) {
  const client = new Client(identity, options);
  const transport = new Transport(url);
  await client.connect(transport);
  return { client, transport };
}

export const variants = [
  { name: 'sdk 1.x', connect: url => connect(Client1, Transport1, {}, url) },
  { name: 'client 2.x, legacy',
    connect: url => connect(Client2, Transport2, { versionNegotiation: { mode: 'legacy' } }, url) },
  { name: 'client 2.x, auto',
    connect: url => connect(Client2, Transport2, { versionNegotiation: { mode: 'auto' } }, url) }
];

// All pages.
export async function listAllTools(client) {
  const tools = [];
  let cursor;
  do {
    const page = await client.listTools(cursor === undefined ? undefined : { cursor });
    tools.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

export function textOf(result) {
  return result.content.filter(block => block.type === 'text').map(block => block.text).join('\n');
}
