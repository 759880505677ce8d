// Servers that tell their own secrets wherever they can, and everything that the product shows: none
// of the secrets is in any of it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { User } from '../commands/user.mjs';
import { Agent } from '../faults/demo.mjs';

const leaky = join(import.meta.dirname, 'leaky_server.mjs');

// All made up.
const secrets = {
  bearer: 'sk-proj-4fT9xQ2mZb7LrW1cVn83KdPe',
  joined: 'sk-ant-api03-Qk7Zt1Rv9Xw3Bn5Lm2Pd8AA',
  short: 'ghp_q8Zr2LxT5vNw7YbK3mPc9DfGh1JsAe4Ru',
  attached: 'glpat-x7Kd9fQ2mVb4Ln8Rt1',
  variable: 'xoxb-482910375562-kWq7ZrT2LmXv9BnP',
  positional: 'd41d8cd98f00b204e9800998ecf8427e',
  word: 'correcthorsebatterystaple',
  fish: 'swordfish',
  json: 'two words 99 "quoted" gr\u00fc\u00df',
  database: 'p4ss-of-the-database',
  number: '4929123456781234',
  fallback: 'fallback-q7ZtRvXw3Bn9',
  environment: 'AKIAQ7ZT4RV2XW9BN5LM',
  reference: 'from-the-environment-Zk81',
  everybody: 'custom-var-9Xw3Bn5Lm2',
  inherited: 'of-the-daemon-Yp4Rw8Zc',
  key: 'api-key-Lm2Pd8Qk7Zt1Rv9',
  redis: 'redis-pass-7YbK3mPc9',
  oauth: 'client-secret-Rv9Xw3Bn5',
  path: 'NmQ5ZTg3YjI4Zjc2',
  query: 'query-Kd3LmP7vRtBn2Yc',
  fragment: 'fragment-HsUeWaXoIiNr',
  user: 'ann-Gf82Ks01',
  password: 'pa:ss/w@rd-Bn9Lm2Pd',
  header: 'header-value-Jh5Gs0Ya4',
  blank: 'url-with-blank-Ti6Wo2',
  line: 'command-line-Ue1Xo3Zz',
  directory: 'a8f5f167f44f4964e6c998dee827110c',
  typo: 'https-less-Wq7ZrT2Lm:Xv9BnPkd'
};

const base64 = text => Buffer.from(text).toString('base64');
const jsonText = text => JSON.stringify(text).slice(1, -1);

// How a secret may read.
function forms(secret) {
  return [secret, encodeURIComponent(secret), jsonText(secret),
    jsonText(secret).replace(/[\u0080-\uffff]/gu, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)];
}

function args(mode) {
  return [leaky, mode, '--header', `Authorization: Bearer ${secrets.bearer}`, `--header=X-Key: ${secrets.joined}`,
    '-H', `X-Short: ${secrets.short}`, `-p${secrets.attached}`, '-e', `NAME=${secrets.variable}`, secrets.positional,
    secrets.word, '--unknown', secrets.fish, JSON.stringify({ token: secrets.json }), secrets.number,
    `postgres://app:${secrets.database}@db.example.com:5432/customers`,
    `\${NOT_SET_ANYWHERE:-${secrets.fallback}}`];
}

function stdio(name, mode, more = {}) {
  return { name, command: process.execPath, args: args(mode),
    env: { LEAK_SETTING: secrets.environment, LEAK_TOKEN: '${PLANTED_REFERENCE}', LEAK_LEVEL: 'debug' }, ...more };
}

// Answers whatever is asked with all that it was sent; of `serves` only calls.
function echo(serves) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => { body += chunk; });
    request.on('end', () => {
      const message = body === '' ? {} : JSON.parse(body);
      const said = `${request.url} ${Object.values(request.headers).join(' ')}`;
      const result = { initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'e', version: '1' } },
        'tools/list': { tools: [{ name: 'leak', inputSchema: { type: 'object' } }] } }[message.method];
      if (serves && message.id === undefined) {
        response.writeHead(request.method === 'POST' ? 202 : 405).end();
      } else if (serves && result !== undefined) {
        response.writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
      } else {
        response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`cannot serve ${said} of ${secrets.user}:${secrets.password}`);
      }
    });
  });
  return new Promise(done => server.listen(0, '127.0.0.1', () => done(server)));
}

function http(name, server, more = {}) {
  const credentials = `${secrets.user}:${encodeURIComponent(secrets.password)}`;
  return { name, protocol: 'streamable-http',
    url: `http://${credentials}@127.0.0.1:${server.address().port}/api/mcp/${secrets.path}/mcp?k=${secrets.query}#${secrets.fragment}`,
    headers: { 'X-Setting': secrets.header, 'X-Bearer': `Bearer ${secrets.bearer}` },
    oauth: { client_id: 'visible', client_secret: secrets.oauth }, ...more };
}

describe('secrets', () => {
  const seen = new Map();  // what was looked at, by name
  const servers = [];
  let daemon;
  let user;

  const look = (name, text) => seen.set(name, typeof text === 'string' ? text : JSON.stringify(text));

  before(async () => {
    process.env.PLANTED_REFERENCE = secrets.reference;
    process.env.LEAK_INHERITED = secrets.inherited;
    servers.push(await echo(false), await echo(true));
    const quick = { auto_disable_threshold: 0 };
    daemon = await Daemon.on({
      api_key: secrets.key, logging: { level: 'debug' },
      environment: { custom_vars: { LEAK_EVERYBODY: secrets.everybody }, allowed_system_vars: ['HOME', 'LEAK_*'] },
      cache: { redis_url: `redis://:${secrets.redis}@127.0.0.1:6379/0` },
      mcpServers: [
        stdio('exits', 'exits', quick), stdio('refuses', 'refuses', quick), stdio('garbage', 'garbage', quick),
        stdio('serves', 'serves', quick), stdio('held', 'serves', { startup_mode: 'quarantined' }),
        http('dialled', servers[0], quick), http('answers', servers[1], quick),
        { name: 'blank', url: `http://u:${secrets.blank}@h h/mcp`, ...quick },
        { name: 'line', command: `no-such-program --token ${secrets.line}`, ...quick },
        { name: 'directory', command: process.execPath, working_dir: `/no/such/${secrets.directory}`, ...quick }
      ]
    });
    user = new User(daemon);
    user.key = () => secrets.key;
    const wanted = { exits: 'backoff', refuses: 'backoff', serves: 'ready', dialled: 'backoff', answers: 'ready' };
    await eventually(async () => (await user.ask('GET', 'servers')).body.data,
      ({ servers: rows }) => Object.entries(wanted)
        .every(([name, state]) => rows.find(row => row.name === name)?.state === state || state === 'backoff' &&
          rows.find(row => row.name === name)?.last_error !== null));
  });

  after(async () => {
    await daemon?.close();
    for (const server of servers) server.close();
  });

  const isClean = () => {
    for (const [where, text] of seen) {
      for (const [name, secret] of Object.entries(secrets)) {
        for (const form of [...forms(secret), base64(`${secrets.user}:${secrets.password}`)]) {
          const at = text.indexOf(form);
          assert.equal(at, -1, `${where} holds ${name}: ...${text.slice(Math.max(0, at - 100), at + 60)}`);
        }
      }
    }
    seen.clear();
  };

  it('are in no answer of a failing call', async () => {
    for (const headers of [{}, { 'X-API-Key': secrets.key }]) {
      const agent = await Agent.open(daemon.at('/mcp/all'), '2025-11-25', headers);
      for (const id of ['serves__leak', 'answers__leak', 'exits__leak', 'dialled__leak', 'blank__leak']) {
        const answer = JSON.stringify(await agent.request('tools/call', { name: id, arguments: {} }));
        look(`call of ${id}`, answer);
        if (Object.keys(headers).length === 0) assert.doesNotMatch(answer, /:\/\//, 'without the key no address is told');
      }
    }
    assert.match(seen.get('call of answers__leak'), /500.*MCPT_HTTP_STATUS/, 'the call has failed as it should');
    isClean();
  });

  it('are in nothing that agents see of servers; without the key no argument and no address is', async () => {
    const names = ['exits', 'refuses', 'garbage', 'serves', 'held', 'dialled', 'answers', 'blank', 'line', 'directory'];
    for (const key of [{}, { 'X-API-Key': secrets.key }]) {
      const agent = await Agent.open(daemon.at('/mcp'), '2025-11-25', key);
      const ask = async given => JSON.stringify(await agent.request('tools/call', { name: 'upstream_servers', arguments: given }));
      look(`list ${Object.keys(key)}`, await ask({ operation: 'list' }));
      for (const name of names) {
        for (const operation of ['show', 'why']) look(`${operation} ${name} ${Object.keys(key)}`, await ask({ operation, name }));
      }
      if (Object.keys(key).length > 0) continue;
      for (const [where, text] of seen) {
        for (const part of ['--header', '-H', 'leaky_server', '127.0.0.1', '/api/mcp', 'no/such']) {
          assert.ok(!text.includes(part), `${where} without the key tells ${part}: ${text}`);
        }
      }
      assert.match(seen.get('show exits '), /args_count\\":\d+/, 'that there are arguments is told');
    }
    assert.match(seen.get('show exits X-API-Key'), /--header/, 'with the key the options are readable');
    isClean();
  });

  it('are in nothing that REST gives, the event stream and the metrics included', async () => {
    for (const path of ['status', 'servers', 'tools', 'groups', 'config', 'activity', 'index/search?q=leak']) {
      look(path, (await user.ask('GET', path)).body);
    }
    for (const { name } of (await user.ask('GET', 'servers')).body.data.servers) {
      for (const path of [`servers/${name}`, `servers/${name}/tools`, `servers/${name}/logs?lines=1000`]) {
        look(path, (await user.ask('GET', path)).body);
      }
    }
    for (const id of ['serves:leak', 'answers:leak', 'exits:leak', 'dialled:leak', 'blank:leak', 'line:leak', 'directory:leak']) {
      look(`POST tools/call ${id}`, (await user.ask('POST', 'tools/call', { id, arguments: {}, timeout_ms: 3000 })).body);
    }
    for (const path of ['/events?replay=all&follow=false', '/metrics', '/readyz', '/healthz']) {
      look(path, await (await fetch(daemon.at(path), { headers: { 'X-API-Key': secrets.key } })).text());
    }
    assert.match(seen.get('servers/exits/logs?lines=1000'), /plain: \*\*\*/, 'they were told, and hidden');
    assert.match(seen.get('servers/dialled'), /cannot serve/, 'what it answers is told without them');
    isClean();
  });

  it('are in nothing that commands print or write', async () => {
    const said = async (...words) => {
      const { out, err } = await user.run(...words, '--api-key', secrets.key);
      look(words.join(' '), out + err);
    };
    for (const format of ['table', 'json']) {
      for (const words of [['servers', 'list'], ['config', 'show'], ['config', 'check'], ['doctor'], ['activity'], ['status'],
        ['config', 'import', daemon.config]]) {
        await said(...words, '-o', format);
      }
      for (const name of ['exits', 'refuses', 'garbage', 'serves', 'dialled', 'answers', 'blank', 'line', 'directory']) {
        for (const word of ['show', 'why', 'logs']) await said('servers', word, name, '-o', format);
      }
    }
    const bundle = join(daemon.home, 'bundle.json');
    await said('support-bundle', bundle);
    look('the bundle', readFileSync(bundle, 'utf8'));
    assert.match(seen.get('the bundle'), /plain: \*\*\*/, 'the bundle holds what servers said');
    isClean();
  });

  it('are in no log', () => {
    const logs = join(daemon.data, 'logs');
    for (const entry of readdirSync(logs, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) look(entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    }
    assert.ok(seen.size >= 5);
    isClean();
  });

  it('are not quoted by errors of a file that cannot be read', async () => {
    const file = join(daemon.home, 'broken.json');
    const faults = {
      typo: JSON.stringify({ mcpServers: [{ name: 'a', url: secrets.typo }] }),
      url: JSON.stringify({ mcpServers: [{ name: 'a', url: `ftp://u:${secrets.database}@h/x` }] }),
      field: JSON.stringify({ mcpServers: [{ name: 'a', command: 'x', protocol: secrets.positional, call_timeout: secrets.number }] }),
      type: JSON.stringify({ mcpServers: [{ name: 'a', command: { x: secrets.bearer }, args: secrets.fish }] }),
      syntax: `{"mcpServers":[{"name":"a","command":"x","env":{"T":"${secrets.bearer}" "U":1}}]}`
    };
    for (const [fault, text] of Object.entries(faults)) {
      writeFileSync(file, text);
      for (const words of [['config', 'check', file], ['config', 'import', file], ['support-bundle', `${file}.${fault}`]]) {
        const { out, err } = await user.run(...words, '--api-key', secrets.key);
        look(`${fault}: ${words.slice(0, 2).join(' ')}`, out + err);
      }
    }
    isClean();
  });
});
