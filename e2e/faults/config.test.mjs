// Configurations that cannot be used: exit code 4, and every mistake with its line, its place in
// the file and what to write instead. And the first start of all, without one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { bin } from '../clients/daemon.mjs';

const home = mkdtempSync(join(tmpdir(), 'mcptrunk-config-'));
after(() => rmSync(home, { recursive: true, force: true }));
const mcptrunk = join(bin, 'mcptrunk');

// Runs the program to its end: {code, text}. `env` comes on top of a bare one.
async function run(args, { env = {}, by = [mcptrunk] } = {}) {
  const child = spawn(by[0], [...by.slice(1), ...args],
    { cwd: '/', env: { PATH: process.env.PATH, HOME: home, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', chunk => { text += chunk; });
  child.stderr.on('data', chunk => { text += chunk; });
  const code = await new Promise(done => child.once('close', done));
  return { code, text };
}

function file(name, text) {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

const servers = (...members) => `{\n  "mcpServers": [\n    ${members.join(',\n    ')}\n  ]\n}`;

// name, text, what is said: each a line, a place and a remedy.
const mistakes = [
  ['no JSON', 'hello', /line 1, column 1: Invalid value\. correct the text at this place/],
  ['nothing', '', /line 1, column 1: the file holds no JSON value\. write at least \{"mcpServers": \{\}\}/],
  ['nothing but a comment', '// later\n', /no JSON value|file ends here/],
  ['a file cut short', '{"mcpServers": [\n {"name":"a",', /line 2, column 14: .*the file ends here\. close what is still open/],
  ['a list', '[]', /line 1, column 1: the file must hold an object, but holds a list\. write \{"mcpServers"/],
  ['a name twice', servers('{"name":"a","command":"x"}', '{"name":"a","command":"y"}'),
    /line 4, column 13, mcpServers\[1\]\.name: a server "a" stands further up already\. rename or remove one/],
  ['a key twice', '{\n "listen":"127.0.0.1:1",\n "listen":"127.0.0.1:2"\n}', /line 3, column 2: "listen" is given twice\. keep one/],
  ['an unknown routing_mode', '{\n "routing_mode":"dirct"\n}',
    /line 2, column 17, routing_mode: "dirct" is not known\. did you mean "direct"\? use one of: retrieve_tools, direct/],
  ['an unknown startup_mode', servers('{"name":"a","command":"x","startup_mode":"sometimes"}'),
    /line 3, column 46, mcpServers\[0\]\.startup_mode: "sometimes" is not known.*use one of: active, lazy_loading/],
  ['an unknown protocol', servers('{"name":"a","url":"http://h/mcp","protocol":"htpp"}'),
    /line 3, column 49, mcpServers\[0\]\.protocol: "htpp" is not known\. did you mean "http"\?/],
  ['command and url', servers('{"name":"a","command":"x","url":"http://h/mcp"}'),
    /line 3, column 37, mcpServers\[0\]\.url: both "command" and "url" are given\. remove one of them/],
  ['neither command nor url', servers('{"name":"a"}'),
    /line 3, column 5, mcpServers\[0\]: neither "command" nor "url" is given\. add "command"/],
  ['no name', servers('{"command":"x"}'), /line 3, column 5, mcpServers\[0\].*no name\. add "name"/],
  ['a name with a colon', '{"mcpServers":{"a:b":{"command":"x"}}}', /line 1, .*"a:b" cannot be the name of a server\. use 1 to 64 of/],
  ['a command that is a list', servers('{"name":"a","command":["x"]}'),
    /line 3, column 27, mcpServers\[0\]\.command: must be a string, but is a list\. write a string/],
  ['arguments that are text', servers('{"name":"a","command":"x","args":"y"}'),
    /line 3, column 38, mcpServers\[0\]\.args: must be a list, but is a string\. write a list/],
  ['a number as variable', servers('{"name":"a","command":"x","env":{"A":1}}'),
    /line 3, column 42, mcpServers\[0\]\.env\.A: must be a string, but is a number\. write it in double quotes/],
  ['a duration that is none', '{\n "call_tool_timeout":"soon"\n}',
    /line 2, column 22, call_tool_timeout: "soon" is not a duration\. write a duration such as "90s"/],
  ['a number out of range', '{\n "tools_limit":1000\n}', /line 2, column 16, tools_limit: .*100/],
  ['a port that is none', '{\n "listen":"127.0.0.1:99999"\n}', /line 2, column 11, listen: .*write "127\.0\.0\.1:8080"/],
  ['groups in a circle', '{"mcpServers":{},\n "groups":[{"name":"a","parent":"b"},{"name":"b","parent":"a"}]}',
    /line 2, .*groups form a circle: a -> b -> a\. remove one "parent"/],
  ['bytes that are no UTF-8', Buffer.from('{"mcpServers":{\n "\xff":{}}}', 'latin1'), /line 2, column \d+: Invalid encoding/]
];

describe('a configuration that cannot be used', { timeout: 120_000 }, () => {
  mistakes.forEach(([name, text, says], i) => {
    it(`${name}: exit 4, with line, place and remedy`, async () => {
      const path = file(`bad-${i}.json`, text);
      const served = await run(['serve', '--config', path, '--data-dir', join(home, 'never')]);
      assert.equal(served.code, 4, served.text);
      assert.match(served.text, says);
      assert.ok(served.text.includes(`${path} cannot be used`), served.text);
      assert.ok(served.text.includes(`mcptrunk config check ${path}`), served.text);
      const checked = await run(['config', 'check', path]);
      assert.equal(checked.code, 4, checked.text);
      assert.match(checked.text, says);
      assert.ok(!existsSync(join(home, 'never')), 'no data directory is made for it');
    });
  });

  it('every mistake is told at once', async () => {
    const path = file('three.json', '{"listen":5,\n"tools_limit":"x",\n"mcpServers":{"a":{}}}');
    const { code, text } = await run(['serve', '--config', path]);
    assert.equal(code, 4);
    for (const line of [1, 2, 3]) assert.match(text, new RegExp(`^line ${line}, `, 'm'));
  });

  it('a directory, and a path that cannot be followed: exit 4', async () => {
    mkdirSync(join(home, 'folder.json'));
    symlinkSync('loop.json', join(home, 'loop.json'));
    for (const name of ['folder.json', 'loop.json']) {
      const path = join(home, name);
      for (const args of [['serve', '--config', path], ['config', 'check', path]]) {
        const { code, text } = await run(args);
        assert.equal(code, 4, text);
        assert.ok(text.includes(path), text);
      }
    }
  });

  it('a file that this user may not read: exit 4', async test => {
    const path = file('secret.json', '{}');
    chmodSync(path, 0o000);
    // The super-user may read everything: then somebody else tries.
    const by = process.getuid() === 0
      ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', mcptrunk] : [mcptrunk];
    if ((await run(['version'], { by })).code !== 0) return test.skip('nobody else can run it here');
    for (const args of [['serve', '--config', path], ['config', 'check', path]]) {
      const { code, text } = await run(args, { by });
      assert.equal(code, 4, text);
      assert.match(text, /Cannot read .*secret\.json: Permission denied/);
    }
  });

  it('a file that was named and is not there: exit 4 and how to begin', async () => {
    const path = join(home, 'nowhere.json');
    for (const how of [{ args: ['serve', '--config', path] }, { args: ['serve'], env: { MCPTRUNK_CONFIG: path } }]) {
      const { code, text } = await run(how.args, how);
      assert.equal(code, 4, text);
      assert.match(text, /there is no file .*nowhere\.json\. Name the one you have with --config, or begin with an empty one: echo '\{"mcpServers": \{\}\}' > /);
    }
  });

  it('a slip that is hardly meant is said at the start, and the daemon serves', async () => {
    const path = file('slip.json', '{"listen":"127.0.0.1:0","mcpServrs":{}}');
    const said = await firstWords(['serve', '--config', path, '--data-dir', join(home, 'slip')]);
    assert.match(said, /line 1, column 25, mcpServrs: no such field\. did you mean "mcpServers"\?/);
  });
});

// What the daemon says until it is ready; then it is ended.
async function firstWords(args) {
  const child = spawn(mcptrunk, args,
    { env: { PATH: process.env.PATH, HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  const ready = new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`ended with ${code}: ${said.join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', line => said.push(line));
    createInterface({ input: child.stdout }).on('line', line => {
      said.push(line);
      if (line.startsWith('mcptrunk ready on ')) resolve();
    });
  });
  await ready;
  const ended = new Promise(done => child.once('close', done));
  child.kill('SIGTERM');
  await ended;
  return said.join('\n');
}

describe('the first start without any configuration', { timeout: 120_000 }, () => {
  it('says where one would be read, and serves', async () => {
    const said = await firstWords(['serve', '--listen', '127.0.0.1:0']);
    assert.ok(said.includes(`\`mcptrunk servers add\`, or write them to ${home}/.mcptrunk/mcp_config.json as {"mcpServers": {...}}`), said);
    assert.match(said, /mcptrunk ready on http:\/\/127\.0\.0\.1:\d+\/mcp: 0 servers, 0 enabled, 0 tools searchable, in \d+ ms/);
  });
});
