// Bad input for every route of REST, read from the route table: status, stable code, what was wrong
// by name, and what to do. A route, a query parameter or a field without rows fails.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, fixture } from '../clients/daemon.mjs';
import { User } from './user.mjs';

const root = join(import.meta.dirname, '../..');
const source = readFileSync(join(root, 'proxy/rest/handlers.cpp'), 'utf8');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

// "POST servers/{name}/enable", as the program has them.
const routes = [...source.matchAll(/Route\{Method::(\w+), "([^"]+)"/g)]
  .map(([, method, path]) => `${method.replace('_', '').toUpperCase()} ${path}`);
// The same, as the README tells them: alternatives are written with a bar.
const told = [...readme.split('## REST')[1].split('\n\n## ')[0].matchAll(/^\| (`.*`) \|/gm)]
  .flatMap(([, cell]) => [...cell.matchAll(/`([A-Z|\\]+) ([^`?]+)/g)])
  .flatMap(([, methods, path]) => methods.split('\\|').flatMap(method => {
    const [, lead, words] = /^(.*\/)?([^/]*)$/.exec(path);
    return words.split('\\|').map(word => `${method} ${lead ?? ''}${word}`);
  }));

const text = ['5', 'true', '[]', '{}'];          // what is no text
const number = ['"x"', 'true', '[]', '{}', '-1'];
const flag = ['"x"', '5', '[]', '{}'];
const texts = ['"x"', '5', 'true', '{}', '[5]'];
const pairs = ['"x"', '5', 'true', '[]', '{"K":5}'];
const time = ['"soon"', 'true', '[]', '{}', '-1'];
const object = ['"x"', '5', 'true', '[]'];
const words = [...text, '"nonsense"'];
// Of a server: every field, and values that it does not take.
const serverFields = {
  description: text, command: text, args: texts, env: pairs, working_dir: text, cwd: text, url: text,
  headers: pairs, ca_file: text, protocol: words, type: words, startup_mode: words, enabled: flag,
  disabled: flag, quarantined: flag, sharing: words, protocol_era: words, groups: texts,
  group_name: text, group_id: number, tags: texts, connect_timeout: time, connection_timeout: time,
  init_timeout: time, call_timeout: time, idle_timeout: time, auto_disable_threshold: number,
  health_check_interval: time, health_check: flag, max_concurrent_requests: [...number, '0'],
  queue_size: number, enabled_tools: texts, disabled_tools: texts, oauth: object, isolation: object
};
// What a PATCH calls them in its answer.
const synonyms = {
  cwd: 'working_dir', type: 'protocol', connection_timeout: 'connect_timeout', init_timeout: 'connect_timeout',
  group_name: 'groups'
};
const groupFields = {
  name: [...text, '""', '"a/b"'], description: text, parent: text, color: text, enabled: flag, members: texts
};
const name = 'servers/tme';
const group = 'groups/nix';
const condition = { etag: true };
// at: a path that is there. unknown: one that is not. query: parameters and values they do not take.
// fields: of the body, with values they do not take; base: what stands beside them; lacks: bodies
// that miss something, and what is told. etag: it takes If-Match. None of it changes anything.
const actOnServer = { at: 'servers/time', unknown: [name] };
const actOnGroup = { at: 'groups/db', unknown: [group] };
const table = {
  'GET status': {},
  'GET servers': {},
  'POST servers': {
    fields: { name: [...text, '""', '"a:b"'], ...serverFields }, base: { name: 'new', command: 'x' },
    lacks: [['{"command":"x"}', /no name/], ['{"name":"new"}', /neither "command" nor "url"/]],
    also: [
      [{ name: 'time', command: 'x' }, 409, /time/],
      [{ name: 'new', command: 'x', groups: ['nix'] }, 404, /no group "nix"/],
      [{ name: 'new', command: 'x', url: 'http://h' }, 400, /both "command" and "url"/],
      [{ name: 'new', url: 'ftp://h' }, 400, /"ftp:\/\/h" is not an http or https url/],
      [{ name: 'new', command: 'x', env: { K: '***' } }, 400, /"\*\*\*" stands where a value is needed/]]
  },
  'GET servers/{name}': actOnServer,
  'PATCH servers/{name}': {
    ...actOnServer, ...condition, fields: { name: [...text, '"other"'], ...serverFields }, base: {}, empty: true,
    refused: ['servers/locked', 409, 'MCPT_SERVER_QUARANTINED', /servers approve locked/, { quarantined: false }],
    also: [[{ groups: ['nix'] }, 404, /no group "nix"/]]
  },
  'DELETE servers/{name}': { ...actOnServer, ...condition },
  'GET servers/{name}/tools': actOnServer,
  'GET servers/{name}/logs': { ...actOnServer, query: { lines: ['x', '0', '10001', ''] } },
  'POST servers/{name}/enable': { ...actOnServer, refused: ['servers/locked', 409, 'MCPT_SERVER_QUARANTINED', /servers approve locked/] },
  'POST servers/{name}/disable': actOnServer,
  'POST servers/{name}/restart': { ...actOnServer, refused: ['servers/locked', 409, 'MCPT_SERVER_QUARANTINED', /servers approve locked/] },
  'POST servers/{name}/quarantine': actOnServer,
  'POST servers/{name}/approve': actOnServer,
  'GET tools': { query: { limit: ['x', '0', '501'], cursor: ['zz'] } },
  'POST tools/call': {
    fields: { id: [...text, '"time"', '":x"', '"time:"'], arguments: object, timeout_ms: ['"x"', '0', '-1', '1e99', '[]'] },
    base: { id: 'time:get_current_time' }, lacks: [['{}', /no tool is named/]],
    also: [
      [{ id: 'tme:x' }, 404, /no server tme\. Did you mean time\?/],
      [{ id: 'time:get_curent_time' }, 404, /Did you mean time:get_current_time\?/],
      [{ id: 'locked:x' }, 409, /'locked' is quarantined/]]
  },
  'GET tools/{id}': { at: 'tools/time%3Aget_current_time', unknown: ['tools/tme%3Ax', 'tools/nope'] },
  'GET index/search': {
    query: { q: [], limit: ['x', '0', '101'], server: [], group: [], read_only: ['maybe'], explain: ['maybe'] },
    missing: ['index/search?server=tme', 'index/search?group=nix']
  },
  'GET activity': {
    query: { limit: ['x', '0', '1001'], before: ['x', '-1'], server: [], failures: ['maybe'] },
    missing: ['activity?server=tme']
  },
  'GET groups': {},
  'POST groups': {
    fields: groupFields, base: { name: 'new' }, lacks: [['{}', /the name is missing/]],
    also: [
      [{ name: 'db' }, 409, /group "db" already/],
      [{ name: 'new', parent: 'nix' }, 404, /no group "nix"/],
      [{ name: 'new', members: ['tme'] }, 404, /no server "tme"/]]
  },
  'GET groups/{name}': actOnGroup,
  'PATCH groups/{name}': {
    ...actOnGroup, ...condition, fields: { ...groupFields, assign: texts, unassign: texts }, base: {}, empty: true,
    also: [
      [{ name: 'dev' }, 409, /group "dev" already/],
      [{ parent: 'nix' }, 404, /no group "nix"/],
      [{ parent: 'db' }, 422, /circle: db -> db/],
      [{ assign: ['tme'] }, 404, /no server "tme"/],
      [{ unassign: ['locked'] }, 404, /"locked" is not in the group "db"/]]
  },
  'DELETE groups/{name}': { ...actOnGroup, ...condition },
  'POST groups/{name}/enable': actOnGroup,
  'POST groups/{name}/disable': actOnGroup,
  'POST groups/{name}/restart': actOnGroup,
  'GET config': {},
  'PUT config': {
    ...condition, fields: { listen: [...text, '"nonsense"'], mcpServers: ['"x"', '5', '{"a":{}}'], groups: ['{}', '[3]'] },
    base: { mcpServers: [] }, lacks: [['{}', /"mcpServers" is missing/]], lenient: true
  },
  'POST backup': {
    fields: { name: [...text, '"../up"', '"/etc/x"', '"."'] }, base: {}, mayBeEmpty: true, lacks: [['[]', /object/]],
    also: [[{ path: '/tmp/x' }, 400, /path: no such field/]]
  }
};

describe('bad input for REST', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  let file;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [{ ...fixture('time'), groups: ['db'] }, { name: 'locked', command: 'cat', startup_mode: 'quarantined' }]
    });
    user = new User(daemon);
    file = user.file();
  });
  after(async () => {
    const now = user.file();
    await daemon.close();
    assert.equal(now, file, 'nothing that was refused has changed the file');
  });

  async function refused([method, path, body, headers], status, says = /./, code = /^MCPT_[A-Z_]+$/) {
    const answer = await user.ask(method, path, body, headers);
    const about = `${method} ${path} ${typeof body === 'string' ? body : JSON.stringify(body)}: ` +
      `${answer.status} ${JSON.stringify(answer.body)}`;
    assert.equal(answer.status, status, about);
    assert.equal(answer.body.success, false, about);
    assert.match(answer.body.error.message, says, about);
    assert.match(answer.body.error.code, code, about);
    assert.notEqual(answer.body.error.remedy ?? '', '', about);
    assert.ok(answer.body.request_id, about);
    return answer;
  }
  // The method of a route, and its path with what is there in place of the {names}.
  const filled = route => {
    const [method, pattern] = route.split(' ');
    return [method, table[route].at === undefined ? pattern : pattern.replace(/^\w+\/\{\w+\}/, table[route].at)];
  };
  const each = async (what, run) => {
    for (const route of routes) if (what(table[route])) await run(...filled(route), table[route]);
  };
  const withBody = row => row.fields !== undefined;

  it('the table has every route of the program, and the README tells all of them', () => {
    assert.deepEqual(Object.keys(table).sort(), [...routes].sort());
    assert.deepEqual([...new Set(told)].sort(), [...routes].sort());
  });

  it('a server has no field without rows', () => {
    const reader = readFileSync(join(root, 'proxy/config/server_reader.cpp'), 'utf8')
      .split('void read_oauth')[0] + readFileSync(join(root, 'proxy/config/server_reader.cpp'), 'utf8').split('}  // namespace\n')[1];
    const read = new Set([...reader.matchAll(/(?:read|read_enum|take)\("(\w+)"/g)].map(([, field]) => field));
    for (const [, list] of reader.matchAll(/first_of\(\{([^}]*)\}/g)) {
      for (const [, field] of list.matchAll(/"(\w+)"/g)) read.add(field);
    }
    for (const field of ['oauth', 'isolation']) read.add(field);
    assert.deepEqual(Object.keys(table['POST servers'].fields).sort(), [...read].sort());
  });

  it('without the right key: 401 with the way to get it', () => each(() => true, async (method, path) => {
    for (const key of ['', 'wrong']) {
      const { body } = await refused([method, path, undefined, { 'X-API-Key': key }], 401, /key/, /^MCPT_UNAUTHORIZED$/);
      assert.match(body.error.remedy, /data_dir\/api_key/);
    }
  }));

  it('another method: 405 with those that there are', async () => {
    const paths = new Map();
    for (const route of routes) {
      const [method, path] = filled(route);
      paths.set(path, [...(paths.get(path) ?? []), method]);
    }
    for (const [path, taken] of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(one => !taken.includes(one))) {
        const { body } = await refused([method, path], 405, new RegExp(`does not take ${method}`), /^MCPT_UNSUPPORTED$/);
        for (const one of taken) assert.match(body.error.remedy, new RegExp(one));
      }
    }
  });

  it('a path that is not there: 404', () => each(() => true, async (method, path) => {
    await refused([method, `${path}/nope/nope`], 404, /no \/api\/v1\/.*nope/);
  }));

  it('a name that is not there: 404 with the nearest, or with those that there are', () =>
    each(row => row.unknown !== undefined, async (method, path, row) => {
      for (const unknown of row.unknown) {
        const body = withBody(row) ? row.base : undefined;
        const { body: { error } } = await refused([method, path.replace(row.at, unknown), body], 404, /tme|nix|nope/, /^MCPT_NOT_FOUND$/);
        assert.match(error.message + error.remedy, /Did you mean time\?|groups are: db|server:tool/);
      }
    }));

  it('a name in the query that is not there: 404', () => each(row => row.missing !== undefined, async (method, path, row) => {
    for (const missing of row.missing) await refused([method, missing], 404, /tme|nix/, /^MCPT_NOT_FOUND$/);
  }));

  it('a query parameter that is not known, or with a value it does not take: 400', () => each(() => true, async (method, path, row) => {
    const body = withBody(row) ? row.base : undefined;
    await refused([method, `${path}?nonsense=1`, body], 400, /"nonsense" is not known here/, /^MCPT_INVALID_ARGUMENT$/);
    for (const [parameter, values] of Object.entries(row.query ?? {})) {
      for (const value of values) {
        await refused([method, `${path}?${parameter}=${value}`, body], 400, new RegExp(parameter), /^MCPT_INVALID_ARGUMENT$/);
      }
    }
  }));

  it('a body that is no JSON object: 400 with the place; of another type: 415', () => each(() => true, async (method, path, row) => {
    if (method === 'GET') return;
    await refused([method, path, '{"a":'], 400, /line 1, column \d+|at byte \d+/, /^MCPT_INVALID_JSON$/);
    for (const body of ['[]', '5', 'null', '"x"']) await refused([method, path, body], 400, /object/, /^MCPT_INVALID_(JSON|ARGUMENT)$/);
    if (withBody(row) && !row.mayBeEmpty) await refused([method, path, ''], 400, /empty/, /^MCPT_INVALID_JSON$/);
    await refused([method, path, '{}', { 'Content-Type': 'text/plain' }], 415, /not application\/json/);
    if (!row.lenient) await refused([method, path, '{"nonsense":1}'], 400, /nonsense/, /^MCPT_INVALID_ARGUMENT$/);
  }));

  it('a field with a value that it does not take is named: 400', () => each(withBody, async (method, path, row) => {
    for (const [field, values] of Object.entries(row.fields)) {
      for (const value of values) {
        const rest = Object.entries(row.base).filter(([key]) => key !== field && !(field === 'url' && key === 'command'));
        const body = `{${[...rest.map(([key, one]) => `"${key}":${JSON.stringify(one)}`), `"${field}":${value}`].join(',')}}`;
        await refused([method, path, body], row.lenient ? 422 : 400, new RegExp(`${field}|${synonyms[field] ?? field}|name of a server|tool id`));
      }
    }
  }));

  it('a body that lacks something, or names what is not there or there already', () => each(withBody, async (method, path, row) => {
    for (const [body, says] of row.lacks ?? []) await refused([method, path, body], 400, says);
    for (const [body, status, says] of row.also ?? []) await refused([method, path, body], status, says);
    if (!row.empty) assert.ok(row.lacks, `${method} ${path} has a row for what is missing`);
  }));

  it('a stale or malformed If-Match: 412 and 400', () => each(row => row.etag, async (method, path, row) => {
    const body = withBody(row) ? { ...row.base, ...(path === 'config' ? {} : { description: 'changed' }) } : undefined;
    await refused([method, path, body, { 'If-Match': 'no tag' }], 400, /If-Match/);
    for (const stale of ['"nothing"', `"${'0'.repeat(64)}"`]) {
      const { body: { error } } = await refused([method, path, body, { 'If-Match': stale }], 412, /./, /^MCPT_CONFIG_CHANGED$/);
      assert.match(error.remedy, /GET|again/i);
    }
  }));

  it('what is quarantined is not released, and the answer has the command that releases it', () =>
    each(row => row.refused !== undefined, async (method, path, row) => {
      const [at, status, code, remedy, sent] = row.refused;
      const { body } = await refused([method, path.replace(row.at, at), sent], status, /quarantined/, new RegExp(`^${code}$`));
      assert.match(body.error.remedy, remedy);
    }));

  it('the paths beside the API are read only, and one that is nearly right is told', async () => {
    const beside = [...readme.matchAll(/`GET (\/\w+)`/g)].map(([, path]) => path);
    assert.deepEqual([...new Set(beside)].sort(), ['/events', '/healthz', '/metrics', '/readyz']);
    for (const path of beside) await refused(['POST', `../..${path}`, {}], 405, /does not take POST/);
    for (const path of ['', 'api', 'api/v2/status', 'mcp/nope', 'mcp/servers']) {
      const { body } = await refused(['GET', `../../${path}`], 404, /nothing at/);
      assert.match(body.error.remedy, /REST is at \/api\/v1/);
    }
    for (const [query, status] of [['type=nonsense', 400], ['after=zz', 400], ['replay=some', 400], ['follow=maybe', 400],
      ['calls=maybe', 400], ['nonsense=1', 400], ['server=tme', 404], ['group=nix', 404]]) {
      await refused(['GET', `../../events?${query}`], status);
    }
  });

  it('a body over the limit: 413', async () => {
    const answer = await new Promise((resolve, reject) => {
      let bytes = '';
      const socket = connect(Number(daemon.url.port), '127.0.0.1', () => socket.write(
        `POST /api/v1/servers HTTP/1.1\r\nHost: ${daemon.url.host}\r\nX-API-Key: ${user.key()}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 16777217\r\nConnection: close\r\n\r\n'));
      socket.on('data', chunk => { bytes += chunk; });
      socket.on('close', () => resolve(bytes));
      socket.on('error', reject);
    });
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /larger than 16777216 bytes/);
    assert.match(answer, /send less, or raise limits\.message_bytes_max/);
  });
});
