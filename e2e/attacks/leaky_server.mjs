// A stdio MCP server that tells all it knows: its arguments and variables, on stderr, between its
// messages and in its errors. MODE: exits, refuses (initialize fails), garbage, serves (its calls end
// it).
import { createInterface } from 'node:readline';

const mode = process.argv[2];
const known = [...process.argv.slice(3),
  ...Object.entries(process.env).filter(([name]) => name.startsWith('LEAK_')).map(([, value]) => value)];

function tell(out) {
  for (const text of known) {
    out.write(`plain: ${text}\n`);
    out.write(`json: ${JSON.stringify({ text })}\n`);
    out.write(`url: http://h/?q=${encodeURIComponent(text)}&x\n`);
    out.write(`cut: ${'x'.repeat(Math.max(0, 4080 - Buffer.byteLength(text) / 2))} ${text}\n`);
    for (const part of text.split(/(?<=[=: ])/u)) out.write(`part: ${part.trim()}\n`);
    const half = Math.ceil(text.length * 0.75);
    out.write(`${text.slice(0, half)}\n${text.slice(half)}\n`);
  }
}

const answer = (id, rest) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...rest })}\n`);

tell(process.stderr);
if (mode === 'exits') process.exit(3);
if (mode === 'garbage') tell(process.stdout);

createInterface({ input: process.stdin }).on('line', line => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'initialize' && mode === 'refuses') {
    answer(id, { error: { code: -32000, message: `refused: ${known.join(' | ')}` } });
  } else if (method === 'initialize') {
    answer(id, {
      result: { protocolVersion: '2025-06-18', capabilities: { tools: {} },
        serverInfo: { name: known[0], version: known[1] } }
    });
  } else if (method === 'tools/list') {
    answer(id, { result: { tools: [{ name: 'leak', inputSchema: { type: 'object' } }] } });
  } else if (method === 'tools/call') {
    tell(process.stderr);
    process.exit(4);
  } else {
    answer(id, { result: {} });
  }
}).on('close', () => process.exit(0));
