// Bad servers among 159: nothing changes for the others, and what is wrong is said wherever
// somebody looks: in the list, by `servers why`, over REST, and to the agent that calls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { Agent, demoConfig, runnable, serverOf, toolOf } from './demo.mjs';

// What is wrong, and what is seen of it. `works`: calls are answered all the same. `large`: calls
// carry that many bytes. `warning` instead of a failure: the server counts as running.
const faults = [
  { name: 'hangs in its handshake', server: 'time', args: ['--hang', 'initialize'],
    state: 'auto_disabled', code: 'MCPT_CONNECT_TIMEOUT',
    reason: /did not answer initialize within 2 s/, remedy: /connect_timeout/ },
  { name: 'hangs in its first list', server: 'fetch', args: ['--hang', 'list'],
    state: 'auto_disabled', code: 'MCPT_CONNECT_TIMEOUT',
    reason: /did not list its tools within 2 s/, remedy: /connect_timeout/ },
  { name: 'hangs in calls', server: 'memory', args: ['--hang', 'call'],
    state: 'ready', warning: true, code: 'MCPT_DEADLINE_EXCEEDED',
    reason: /did not answer in time/, remedy: /call_timeout/ },
  { name: 'ends as soon as it starts', server: 'playwright', args: ['--exit', '7'],
    state: 'auto_disabled', code: 'MCPT_EXITED',
    reason: /exited with code 7/, remedy: /run the command by hand/ },
  { name: 'crashes in every call', server: 'ppt', args: ['--crash-after', '1'], again: true,
    state: 'auto_disabled', code: 'MCPT_EXITED',
    reason: /exited with code 70/, remedy: /run the command by hand/ },
  { name: 'writes garbage between its messages', server: 'excel', args: ['--garbage'],
    works: true, state: 'ready', warning: true, code: 'MCPT_PROTOCOL_ERROR',
    reason: /are no MCP messages.*"this line is no message"/, remedy: /log to stderr/ },
  { name: 'writes nothing but garbage', server: 'searxng', args: ['--only-garbage'],
    state: 'auto_disabled', code: 'MCPT_CONNECT_TIMEOUT',
    reason: /is no MCP message.*this line is no message/, remedy: /stdio mode/ },
  { name: 'floods stderr', server: 'docker-mcp', args: ['--flood-stderr'],
    works: true, state: 'ready', warning: true, code: 'MCPT_TOO_LARGE',
    reason: /floods stderr/, remedy: /log level/ },
  { name: 'answers with more than a message may be', server: 'neon', args: ['--huge', '2000000'],
    state: 'ready', warning: true, code: 'MCPT_TOO_LARGE',
    reason: /over the message size limit/, remedy: /limits\.message_bytes_max/ },
  { name: 'never reads its input', server: 'text-editor', args: ['--deaf-after', '0'],
    state: 'auto_disabled', code: 'MCPT_CONNECT_TIMEOUT',
    reason: /did not answer initialize/, remedy: /connect_timeout/ },
  { name: 'stops reading its input', server: 'todoist-mcp-server', args: ['--deaf-after', '1'],
    again: true, large: 900_000, state: 'ready', warning: true, code: 'MCPT_OVERLOADED',
    reason: /does not read what was sent/, remedy: /servers restart todoist-mcp-server/ },
  { name: 'closes its output but lives', server: 'biomcp',
    args: ['--mute-after', '1', '--ignore-eof'], again: true,
    state: 'auto_disabled', code: 'MCPT_EXITED',
    reason: /closed its standard output/, remedy: /must stay in the foreground/ },
  { name: 'has a command that does not exist', server: 'okppt', set: { command: 'no-such-program' },
    state: 'unconfigured', code: 'MCPT_SERVER_UNCONFIGURED',
    reason: /"no-such-program" was not found in PATH/, remedy: /Install it, or give its full path/ },
  { name: 'has a command that is no program', server: 'duckduckgo-search', set: { command: '/etc/passwd' },
    state: 'unconfigured', code: 'MCPT_SERVER_UNCONFIGURED',
    reason: /"\/etc\/passwd" may not be executed/, remedy: /chmod \+x/ },
  { name: 'has no working directory', server: 'wuwa-mcp', set: { working_dir: '/no/such/folder' },
    state: 'unconfigured', code: 'MCPT_SERVER_UNCONFIGURED',
    reason: /"\/no\/such\/folder" does not exist/, remedy: /Create it, or correct `working_dir`/ },
  { name: 'wants a variable that is not set', server: 'hugeicons', set: { env: { KEY: '${NO_SUCH_VARIABLE}' } },
    state: 'unconfigured', code: 'MCPT_SERVER_UNCONFIGURED',
    reason: /variable NO_SUCH_VARIABLE is not set/, remedy: /\$\{NO_SUCH_VARIABLE:-value\}/ }
];
const bad = new Set(faults.map(fault => fault.server));

// 159 servers with all of these among them.
function spoiled(times) {
  const config = demoConfig();
  config.limits = { message_bytes_max: 1024 * 1024 };
  for (const fault of faults) {
    const server = serverOf(config, fault.server);
    Object.assign(server, times, fault.set ?? {});
    server.args.push(...fault.args ?? []);
  }
  return config;
}

const search = agent => agent.find('search the web');

describe('with every kind of bad server hanging at once', { timeout: 300_000 }, () => {
  let daemon;
  const config = spoiled({ connect_timeout: '10m', call_timeout: '10m' });
  const good = runnable(config).filter(name => !bad.has(name));
  before(async () => { daemon = await Daemon.on(config); });
  after(async () => { await daemon.close(); });

  it('the calls of all others are answered and searches find them, while the bad ones still hang', async () => {
    const agent = await Agent.open(daemon.at('/mcp'));
    const listed = await eventually(() => daemon.rest('servers'), answer =>
      answer.body.data.servers.filter(server => !bad.has(server.name) && server.tool_count > 0).length === good.length);
    assert.equal(listed.body.data.servers.length, 159);
    const hanging = ['time', 'memory', 'text-editor'];
    const over = [];
    for (const name of hanging) agent.call(toolOf(name)).then(() => over.push(name), () => {});
    await eventually(() => daemon.rest('servers/memory'),
      answer => answer.body.data.counters.calls_in_flight === 1);

    const answers = await Promise.all(good.map(name => agent.call(toolOf(name), { probe: name })));
    answers.forEach((answer, i) => {
      assert.ok(!answer.failed, `${good[i]}: ${answer.text}`);
      assert.match(answer.text, new RegExp(`"probe":"${good[i]}"`));
    });
    const found = await search(agent);
    assert.ok(found.length >= 10 && found.some(id => id.startsWith('brave-search:')), `${found}`);
    assert.deepEqual(over, [], 'these should hang still');
    assert.equal((await fetch(daemon.at('/readyz'))).status, 200);
  });

  it('SIGTERM ends it in order all the same', async () => {
    assert.equal(await daemon.stop(), 0);
  });
});

describe('a bad server among 159', { timeout: 300_000 }, () => {
  let daemon;
  let agent;
  let stranger;  // without the key: is not told what the server wrote, nor what is run where
  const provoked = new Map();
  before(async () => {
    daemon = await Daemon.on(spoiled({ connect_timeout: '2s', call_timeout: '2s' }));
    agent = await Agent.open(daemon.at('/mcp'), undefined, { 'X-API-Key': daemon.key() });
    stranger = await Agent.open(daemon.at('/mcp'));
    // A server is not given up before it has been failing for half a minute: all at the same time.
    for (const fault of faults) {
      if (fault.again && fault.state === 'auto_disabled') provoked.set(fault, provoke(fault));
    }
    await Promise.allSettled(provoked.values());
  });
  after(async () => { await daemon.close(); });

  const row = async name =>
    (await daemon.rest('servers')).body.data.servers.find(server => server.name === name);
  const complaint = (fault, server) => (fault.warning
    ? server.warnings.find(warning => warning.code === fault.code && fault.reason.test(warning.message))
    : server.last_error);

  // Calls it, as often as its trouble needs, until it is seen.
  async function provoke(fault) {
    const calls = () => (fault.large === undefined
      ? agent.call(toolOf(fault.server))
      : Promise.all(Array.from({ length: 30 },
        () => agent.call(toolOf(fault.server), { text: 'x'.repeat(fault.large) }))));
    // What failed at the first visit needs no call; what sleeps is woken by one.
    await eventually(() => row(fault.server), server => !['queued', 'connecting'].includes(server.state));
    const seen = server => server.state === fault.state && complaint(fault, server) !== undefined;
    if (fault.warning) await calls();
    await eventually(async () => {
      if (fault.again) await calls();
      return await row(fault.server);
    }, seen);
  }

  for (const fault of faults) {
    it(`that ${fault.name} is explained in every place`, async () => {
      await (provoked.get(fault) ?? provoke(fault));

      const server = await row(fault.server);
      assert.equal(server.state, fault.state);
      const told = complaint(fault, server);
      assert.equal(told.code, fault.code);
      assert.match(told.message, fault.reason);
      assert.match(told.remedy, fault.remedy);

      const detail = (await daemon.rest(`servers/${fault.server}`)).body.data;
      assert.match(detail.why.fix, fault.remedy);

      const list = await daemon.cli('servers', 'list');
      const line = list.text.split('\n').find(each => each.startsWith(`${fault.server} `));
      assert.ok(line.includes(fault.state), line);
      assert.match(line, fault.reason);

      const why = await daemon.cli('servers', 'why', fault.server);
      assert.equal(why.code, 0, why.text);
      assert.match(why.text, fault.reason);
      assert.match(why.text, fault.remedy);
      assert.ok(why.text.includes(fault.state) && why.text.includes(fault.code), why.text);

      const answer = await agent.call(toolOf(fault.server));
      if (fault.works) {
        assert.ok(!answer.failed, answer.text);
        return;
      }
      assert.ok(answer.failed, answer.text.slice(0, 200));
      assert.ok(answer.text.includes(fault.server), answer.text);
      assert.match(answer.text, /\[MCPT_[A-Z_]+\]/);
      if (fault.warning) {
        assert.match(answer.text, /did not answer|does not read|size limit/);
      } else {
        assert.match(answer.text, fault.reason);
        assert.match(answer.text, fault.remedy);
        const told = await stranger.call(toolOf(fault.server));
        assert.ok(told.failed && told.text.includes(fault.server), told.text);
        assert.match(told.text, fault.remedy);
        assert.match(told.text, /\[MCPT_[A-Z_]+\]$/);
        for (const [quoted] of told.text.matchAll(/"[^"]*"/g)) assert.equal(quoted, '"***"', told.text);
      }
    });
  }

  it('leaves all others as they were', async () => {
    const good = runnable(demoConfig()).filter(name => !bad.has(name));
    const answers = await Promise.all(good.map(name => agent.call(toolOf(name))));
    answers.forEach((answer, i) => assert.ok(!answer.failed, `${good[i]}: ${answer.text}`));
    const rows = (await daemon.rest('servers')).body.data.servers;
    for (const name of good) {
      const server = rows.find(each => each.name === name);
      assert.deepEqual([server.last_error, server.warnings], [null, []], name);
    }
    assert.ok((await search(agent)).length >= 10);
  });

  it('that floods stderr has its log, but no more of the disk than its share', async () => {
    const log = (await daemon.rest('servers/docker-mcp')).body.data.log_path;
    assert.ok(/dropped \d+ bytes/.test(readFileSync(log, 'utf8')), 'what was dropped is told');
    const { code, text } = await daemon.cli('servers', 'logs', 'docker-mcp');
    assert.equal(code, 0);
    assert.ok(text.includes('fixture: noise'));
  });
});
