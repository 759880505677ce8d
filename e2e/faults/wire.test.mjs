// Bad input over the wire, one row each: every answer names what was wrong and what to do, and the
// daemon serves on.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually, fixture } from '../clients/daemon.mjs';
import { Agent } from './demo.mjs';

let daemon;
const agents = {};  // by name of a surface or a revision
before(async () => {
  // Its second call would end `fragile`: who executes one line too many is found out.
  const fragile = { ...fixture('fetch', '--crash-after', '2'), name: 'fragile' };
  daemon = await Daemon.start([fragile]);
  agents.meta = await Agent.open(daemon.at('/mcp'));
  agents.flat = await Agent.open(daemon.at('/mcp/all'));
  agents.old = await Agent.open(daemon.at('/mcp'), '2025-03-26');
  agents.oldest = await Agent.open(daemon.at('/mcp'), '2024-11-05');
  agents.middle = await Agent.open(daemon.at('/mcp'), '2025-06-18');
  await eventually(() => agents.meta.find('current time'), ids => ids.includes('time:get_current_time'));
  await eventually(() => agents.meta.find('fetch a web page'), ids => ids.includes('fragile:fetch'));
});
after(async () => assert.equal(await daemon.close(), 0));

async function servesOn() {
  for (const agent of Object.values(agents)) {
    assert.deepEqual((await agent.request('ping')).result, {});
  }
}

const request = (method, params) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params });
const call = params => request('tools/call', params);
const ping = '{"jsonrpc":"2.0","id":7,"method":"ping"}';
const nested = depth => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

// name, body, JSON-RPC code, what the message says. Refused as a message: HTTP 400.
const notMessages = [
  ['no JSON', 'hello', -32700, /not valid JSON at byte 0/],
  ['nothing', '', -32700, /empty/],
  ['a message cut short', ping.slice(0, -1), -32700, /at byte 39.*Missing a comma or '}'/],
  ['text behind the message', `${ping} x`, -32700, /at byte 41.*must not be followed/],
  ['two messages', ping + ping, -32700, /at byte 40.*must not be followed/],
  ['a number', '42', -32600, /not an object/],
  ['null', 'null', -32600, /not an object/],
  ['an empty object', '{}', -32600, /jsonrpc is not "2.0"/],
  ['no jsonrpc', '{"id":7,"method":"ping"}', -32600, /jsonrpc is not "2.0"/],
  ['another jsonrpc', '{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, /jsonrpc is not "2.0"/],
  ['jsonrpc as a number', '{"jsonrpc":2.0,"id":7,"method":"ping"}', -32600, /jsonrpc is not "2.0"/],
  ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, /string or an integer/],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, /string or an integer/],
  ['an id with a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, /string or an integer/],
  ['an id without end', `{"jsonrpc":"2.0","id":"${'x'.repeat(300)}","method":"ping"}`, -32600, /at most 256 bytes/],
  ['a method that is a number', '{"jsonrpc":"2.0","id":7,"method":5}', -32600, /method is not a string/],
  ['no method', '{"jsonrpc":"2.0","id":7}', -32600, /no method, result or error/],
  ['params that are a list', '{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}', -32600, /params is not an object/],
  ['result and error', '{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"x"}}', -32600, /more than one of/],
  ['a key twice', '{"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list"}', -32600, /"method" stands twice in the message/],
  ['a key twice, once escaped', '{"jsonrpc":"2.0","id":7,"method":"ping","meth\\u006fd":"x"}', -32600, /stands twice/],
  ['a name twice', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}', -32600, /"name" stands twice in params/],
  ['200 levels', call({ name: 'x', arguments: 0 }).replace('0}', `${nested(200)}}`), -32700, /deeper than 128 levels/],
  ['a NUL in a string', ping.replace('ping', 'ping\u0000'), -32700, /not valid JSON at byte/],
  ['a NUL between tokens', ping.replace(',', ',\u0000'), -32700, /not valid JSON at byte 17/],
  ['a lone high surrogate', ping.replace('ping', '\\ud800'), -32700, /surrogate/],
  ['a lone low surrogate', ping.replace('ping', '\\udc00'), -32700, /surrogate/],
  ['bytes that are no UTF-8', Buffer.from(ping.replace('ping', '\xff\xfe'), 'latin1'), -32700, /Invalid encoding/],
  ['NaN', ping.replace('7', 'NaN'), -32700, /Invalid value/],
  ['a comment', ping.replace(',', ',/* */'), -32700, /not valid JSON at byte 17/],
  ['a byte order mark', `\ufeff${ping}`, -32700, /not valid JSON at byte 0/]
];

// name, agent, body, code, what the message says. A message all right, answered with an error.
const notRequests = [
  ['an unknown method', 'meta', request('tool/call'), -32601, /unknown method tool\/call\. Did you mean tools\/call\?/],
  ['a method of another revision', 'meta', request('server/discover'), -32601, /server\/discover.*not offered here/],
  ['a tool without name', 'meta', call({ arguments: {} }), -32602, /needs params\.name, a string/],
  ['a name that is a number', 'meta', call({ name: 5 }), -32602, /needs params\.name, a string/],
  ['arguments that are a list', 'meta', call({ name: 'retrieve_tools', arguments: [1] }), -32602, /arguments.*not an object: pass a JSON object/],
  ['arguments that are text', 'flat', call({ name: 'time__get_current_time', arguments: '{}' }), -32602, /arguments.*not an object: pass a JSON object/],
  ['a tool that is none of the surface', 'meta', call({ name: 'retrieve_tool' }), -32602, /unknown tool retrieve_tool.*retrieve_tools/],
  ['a flat name that is nearly right', 'flat', call({ name: 'time__get_curent_time' }), -32602, /Did you mean time__get_current_time\?/],
  ['a foreign cursor', 'flat', request('tools/list', { cursor: 'zzz' }), -32602, /cursor.*list again without/],
  ['a foreign cursor on one page', 'meta', request('tools/list', { cursor: 'zzz' }), -32602, /cursor.*list again without/],
  ['initialize in a session', 'meta', request('initialize', { protocolVersion: '2025-11-25', capabilities: {} }), -32600, /initialized already/]
];

// name, arguments of call_tool, code and text of the result that the agent reads.
const notCalls = [
  ['no id', {}, /names no tool\. pass \{"id":"server:tool".*\[MCPT_INVALID_ARGUMENT\]/],
  ['an id that is a number', { id: 5 }, /id of call_tool is a number, not a string.*\[MCPT_INVALID_ARGUMENT\]/],
  ['an unknown tool', { id: 'time:get_curent_time' }, /no tool get_curent_time\. Did you mean time:get_current_time\?.*retrieve_tools.*\[MCPT_NOT_FOUND\]/],
  ['an unknown server', { id: 'tme:get_current_time' }, /no server tme\. Did you mean time\?.*\[MCPT_NOT_FOUND\]/],
  ['arguments that are a list', { id: 'time:get_current_time', arguments: [1] }, /is an array, not an object\. pass.*\[MCPT_INVALID_ARGUMENT\]/],
  ['arguments that are text', { id: 'time:get_current_time', arguments: '{"a":1}' }, /is a string, not an object\. pass.*\[MCPT_INVALID_ARGUMENT\]/]
];

describe('a body that is no message', { timeout: 120_000 }, () => {
  for (const [name, body, code, says] of notMessages) {
    it(`${name}: 400 and ${code}`, async () => {
      for (const agent of [agents.meta, agents.flat, agents.oldest]) {
        const answer = await agent.post(body);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.error.code, code, answer.text);
        assert.match(answer.json.error.message, says);
        assert.match(answer.json.error.message, /Send one JSON-RPC 2\.0 message/);
      }
      await servesOn();
    });
  }
});

describe('a request that makes no sense', { timeout: 120_000 }, () => {
  for (const [name, who, body, code, says] of notRequests) {
    it(`${name}: ${code}`, async () => {
      const answer = await agents[who].post(body);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.id, 7);
      assert.equal(answer.json.error.code, code, answer.text);
      assert.match(answer.json.error.message, says);
      await servesOn();
    });
  }
  for (const [name, args, says] of notCalls) {
    it(`call_tool with ${name}: a result the agent can act on`, async () => {
      const answer = (await agents.meta.post(call({ name: 'call_tool', arguments: args }))).json;
      assert.equal(answer.result.isError, true, JSON.stringify(answer));
      assert.match(answer.result.content[0].text, says);
      await servesOn();
    });
  }
});

describe('batches', { timeout: 120_000 }, () => {
  const batch = `[${ping},5,{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":8,"method":"nope"}]`;
  for (const [who, revision] of [['oldest', '2024-11-05'], ['middle', '2025-06-18'], ['meta', '2025-11-25']]) {
    it(`are refused in ${revision}`, async () => {
      const answer = await agents[who].post(batch);
      assert.equal(answer.status, 400);
      assert.equal(answer.json.error.code, -32600);
      assert.match(answer.json.error.message, new RegExp(`${revision} has no batches: send one message`));
      await servesOn();
    });
  }
  it('are answered member by member in 2025-03-26', async () => {
    const { status, json } = await agents.old.post(batch);
    assert.equal(status, 200);
    const byId = new Map(json.map(answer => [answer.id, answer]));
    assert.equal(json.length, 3);
    assert.deepEqual(byId.get(7).result, {});
    assert.match(byId.get(null).error.message, /not an object/);
    assert.equal(byId.get(8).error.code, -32601);
  });
  it('of nothing but notifications are accepted in 2025-03-26', async () => {
    const answer = await agents.old.post('[{"jsonrpc":"2.0","method":"notifications/x"}]');
    assert.deepEqual([answer.status, answer.text], [202, '']);
  });
  for (const [name, body] of [['empty', '[]'], ['cut short', `[${ping},]`], ['nested', `[[${ping}]]`]]) {
    it(`that are ${name} are refused in 2025-03-26`, async () => {
      const answer = await agents.old.post(body);
      const error = (Array.isArray(answer.json) ? answer.json[0] : answer.json).error;
      assert.equal(error.code, -32600, answer.text);
      assert.match(error.message, /Send/);
      await servesOn();
    });
  }
});

describe('a message hidden on a line of its own in another', { timeout: 120_000 }, () => {
  it('is never executed by the server behind', async () => {
    const hidden = '{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"fetch","arguments":{}}}';
    const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"fragile__fetch","arguments":\n{"a":\n${hidden}\r\n}\n}}`;
    const answer = await agents.flat.post(body);
    assert.match(answer.json.result.content[0].text, /"id":99/, answer.text);
    const { data } = (await daemon.rest('servers/fragile')).body;
    assert.deepEqual([data.state, data.counters.calls, data.warnings, data.last_error], ['ready', 1, [], null]);
  });
});

// name, headers, status, code, what is said.
const headers = [
  ['another content type', { 'Content-Type': 'text/plain' }, 415, /send Content-Type: application\/json/],
  ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, /send Content-Type: application\/json/],
  ['an Accept without JSON', { Accept: 'text/html' }, 406, /Accept must list application\/json/],
  ['a foreign origin', { Origin: 'http://evil.example' }, 403, /"http:\/\/evil\.example".*not trusted.*trusted_origins/],
  ['the origin of a file', { Origin: 'null' }, 403, /not trusted.*trusted_origins/],
  ['an unknown session', { 'Mcp-Session-Id': 'nonsense' }, 404, /no such session.*initialize again/],
  ['a revision that nobody knows', { 'MCP-Protocol-Version': '2099-01-01' }, 400, /MCP-Protocol-Version 2099-01-01/]
];

describe('headers that are wrong', { timeout: 120_000 }, () => {
  for (const [name, wrong, status, says] of headers) {
    it(`${name}: ${status}`, async () => {
      const answer = await agents.meta.post(ping, wrong);
      assert.equal(answer.status, status, answer.text);
      const { error } = answer.json;
      assert.match(`${error.message} ${error.remedy ?? ''}`, says);
      await servesOn();
    });
  }
  it('a forged session: 404', async () => {
    const id = agents.meta.headers['Mcp-Session-Id'];
    const other = id.at(-2) === 'A' ? 'B' : 'A';
    const answer = await agents.meta.post(ping, { 'Mcp-Session-Id': id.slice(0, -2) + other + id.at(-1) });
    assert.equal(answer.status, 404);
  });
  it('no session: 400', async () => {
    const stranger = await Agent.open(daemon.at('/mcp'));
    delete stranger.headers['Mcp-Session-Id'];
    const answer = await stranger.post(ping);
    assert.equal(answer.status, 400);
    assert.match(answer.json.error.message, /no Mcp-Session-Id: open a session with initialize/);
  });
  it('an ended session: 404', async () => {
    const agent = await Agent.open(daemon.at('/mcp'));
    const ended = await fetch(daemon.at('/mcp'), { method: 'DELETE', headers: agent.headers });
    assert.equal(ended.status, 200);
    assert.equal((await agent.post(ping)).status, 404);
  });
});

// Bytes as no HTTP client would send them; resolves with all that came back.
function raw(text) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(daemon.url.port), '127.0.0.1', () => socket.write(text));
    socket.on('data', chunk => { answer += chunk; });
    socket.on('close', () => resolve(answer));
    socket.on('error', error => (answer === '' ? reject(error) : resolve(answer)));
  });
}

const host = () => `Host: ${daemon.url.host}\r\nConnection: close\r\n`;
const json = 'Content-Type: application/json\r\nAccept: application/json\r\n';

// name, the request, status, what is said.
const requests = [
  ['a body over the limit', () => `POST /mcp HTTP/1.1\r\n${host()}${json}Content-Length: 16777217\r\n\r\n`, 413, /larger than 16777216 bytes: send less, or raise limits\.message_bytes_max/],
  ['a chunked body over the limit', () => `POST /mcp HTTP/1.1\r\n${host()}${json}Transfer-Encoding: chunked\r\n\r\n1000001\r\n${' '.repeat(0x1000001)}`, 413, /larger than 16777216 bytes/],
  ['too many headers', () => `GET /healthz HTTP/1.1\r\n${host()}${'X-A: b\r\n'.repeat(100)}\r\n`, 431, /more than 100 headers: send fewer/],
  ['headers that are too long', () => `GET /healthz HTTP/1.1\r\n${host()}X-A: ${'b'.repeat(40_000)}\r\n\r\n`, 431, /larger than 32768 bytes: send less/],
  ['a path that is too long', () => `GET /${'b'.repeat(25_000)} HTTP/1.1\r\n${host()}\r\n`, 414, /longer than 24576 bytes: shorten/],
  ['no host', () => 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, /Host header is missing/],
  ['a foreign host', () => 'GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 403, /evil\.example.*not trusted.*trusted_hosts/],
  ['no HTTP', () => '\x16\x03\x01\x02\x00\x01\r\n\r\n', 400, /not well-formed HTTP/],
  ['two lengths of a body', () => `POST /mcp HTTP/1.1\r\n${host()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, /not well-formed HTTP/],
  ['a method that /mcp does not take', () => `PUT /mcp HTTP/1.1\r\n${host()}Content-Length: 0\r\n\r\n`, 405, /Allow: POST, GET, DELETE/],
  ['a path that is nearly right', () => `POST /mpc HTTP/1.1\r\n${host()}Content-Length: 0\r\n\r\n`, 404, /nothing at \/mpc.*MCP clients connect to \/mcp/]
];

describe('requests that no client would send', { timeout: 120_000 }, () => {
  for (const [name, text, status, says] of requests) {
    it(`${name}: ${status}`, async () => {
      const answer = await raw(text());
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), answer.slice(0, 300));
      assert.match(answer.replaceAll('\\"', '"'), says);
      await servesOn();
    });
  }
});

// method, path, body, status, code, what the message says, what the remedy says.
const rest = [
  ['GET', 'nope', undefined, 404, 'MCPT_NOT_FOUND', /no \/api\/v1\/nope/, /README/],
  ['GET', 'servers/tme', undefined, 404, 'MCPT_NOT_FOUND', /Did you mean time\?/, /servers are: .*time/],
  ['POST', 'servers/tme/enable', '', 404, 'MCPT_NOT_FOUND', /Did you mean time\?/, /servers are: .*time/],
  ['POST', 'groups/nope/enable', '', 404, 'MCPT_NOT_FOUND', /no group "?nope/, /groups are:|groups add/],
  ['DELETE', 'status', undefined, 405, 'MCPT_UNSUPPORTED', /does not take DELETE/, /GET/],
  ['POST', 'tools/call', 'nope', 400, 'MCPT_INVALID_JSON', /at byte 1/, /"id":"server:tool"/],
  ['POST', 'tools/call', '{}', 400, 'MCPT_INVALID_ARGUMENT', /no tool is named/, /"id":"server:tool"/],
  ['POST', 'tools/call', '{"id":"time:get_current_time","arguments":[1]}', 400, 'MCPT_INVALID_ARGUMENT', /not an object/, /"arguments":/],
  ['POST', 'tools/call', '{"id":"time:get_curent_time"}', 404, 'MCPT_NOT_FOUND', /Did you mean time:get_current_time\?/, /./],
  ['GET', 'index/search?q=x&limit=abc', undefined, 400, 'MCPT_INVALID_ARGUMENT', /limit="abc" is not a number from 1 to 100/, /leave it out/],
  ['GET', 'index/search?q=x&limt=3', undefined, 400, 'MCPT_INVALID_ARGUMENT', /limt/, /limit/],
  ['GET', 'index/search?q=x&read_only=maybe', undefined, 400, 'MCPT_INVALID_ARGUMENT', /neither true nor false/, /read_only=true/],
  ['GET', 'index/search?q=%ff', undefined, 400, 'MCPT_INVALID_ARGUMENT', /./, /./],
  ['GET', 'tools?cursor=zz', undefined, 400, 'MCPT_INVALID_ARGUMENT', /cursor/, /leave it out/]
];

describe('REST with what it cannot take', { timeout: 120_000 }, () => {
  for (const [method, path, body, status, code, says, remedy] of rest) {
    it(`${method} ${path} ${body ?? ''}: ${status}`, async () => {
      const answer = await fetch(daemon.at(`/api/v1/${path}`),
        { method, body, headers: { 'X-API-Key': daemon.key(), 'Content-Type': 'application/json' } });
      const { success, error, request_id } = await answer.json();
      assert.deepEqual([answer.status, success, error.code], [status, false, code], error.message);
      assert.match(error.message, says);
      assert.match(error.remedy, remedy);
      assert.ok(request_id);
      await servesOn();
    });
  }
  it('without the right key: 401 and how to get it', async () => {
    for (const key of [undefined, 'wrong']) {
      const answer = await fetch(daemon.at('/api/v1/status'), { headers: key ? { 'X-API-Key': key } : {} });
      assert.equal(answer.status, 401);
      const { error } = await answer.json();
      assert.equal(error.code, 'MCPT_UNAUTHORIZED');
      assert.match(error.remedy, /data_dir\/api_key.*X-API-Key/);
    }
  });
});
