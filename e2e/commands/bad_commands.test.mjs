// Bad input for every command and option that --help knows: the exit code, what was wrong by name,
// and what to do. A command or option without rows fails.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Daemon, fixture } from '../clients/daemon.mjs';
import { commandsOf } from './help.mjs';
import { User } from './user.mjs';

const unknownServer = [7, /no server "?tme/, /Did you mean time\?|servers list|servers are/];
const unknownGroup = [7, /no group "?nix/, /groups are: .*db.*|groups add|groups list/];
const wait = { '--wait-timeout': ['x', '0', '3601'] };

// good: arguments with which it would work. values: for each option with a value those that are
// refused before anything is asked; free: any text will do, or the daemon judges it in `wrong`.
// wrong: arguments, exit code, what is said, what to do. daemon: whether it needs a running one.
const act = { good: ['time'], values: wait, wrong: [[['tme'], ...unknownServer]] };
const actOnGroup = { good: ['db'], values: wait, wrong: [[['nix'], ...unknownGroup]] };
const look = { good: ['time'], wrong: [[['tme'], ...unknownServer]] };
const table = {
  'serve': { daemon: false, values: { '--listen': ['nonsense', '1.2.3.4:99999', 'x'], '--log-level': ['loud'] } },
  'stdio': { daemon: false, free: ['--server', '--group'], wrong: [
    [['--server', 'tme'], ...unknownServer],
    [['--group', 'nix'], ...unknownGroup],
    [['--server', 'time', '--all'], 2, /--server and --all do not go together/, /stdio --help/]] },
  'status': {},
  'servers list': {},
  'servers show': look,
  'servers why': look,
  'servers logs': { good: ['time'], values: { '--lines': ['x', '0', '10001'] }, wrong: [[['tme'], ...unknownServer],
    [['dialled'], 7, /dialled is dialled, not started here: it has no log/, /mcptrunk servers why/]] },
  'servers enable': { ...act, wrong: [...act.wrong,
    [['locked'], 1, /locked is quarantined/, /mcptrunk servers approve locked/]] },
  'servers disable': act,
  'servers restart': { ...act, wrong: [...act.wrong,
    [['locked'], 1, /quarantined/, /servers approve locked/]] },
  'servers quarantine': act,
  'servers approve': act,
  'servers add': {
    good: ['new', '--', 'x'], takesAll: true, values: wait,
    free: ['--server-url', '--env', '--header', '--group', '--tag', '--description', '--working-dir',
      '--protocol', '--mode', '--json'],
    wrong: [
      [['new'], 2, /neither a command nor a URL/, /servers add files -- npx/],
      [['a:b', '--', 'x'], 2, /"a:b" cannot be the name of a server/, /use 1 to 64/],
      [['time', '--', 'x'], 1, /server "?time"? .*already|already.*time/i, /./],
      [['new', '--server-url', 'ftp://h'], 2, /"ftp:\/\/h" is not an http or https url/, /https:\/\//],
      [['new', '--server-url', 'http://h', '--', 'x'], 2, /both "command" and "url"/, /remove one/],
      [['new', '-e', 'TOKEN', '--', 'x'], 2, /"TOKEN" has no name and value/, /--env TOKEN=abc/],
      [['new', '-e', 'A=1', '-e', 'A=2', '--', 'x'], 2, /A is given twice/, /once/],
      [['new', '-H', 'x', '--', 'x'], 2, /"x" has no name and value/, /--header .Authorization/],
      [['new', '--protocol', 'grpc', '--', 'x'], 2, /protocol: "grpc" is not known/, /stdio, http/],
      [['new', '--mode', 'on', '--', 'x'], 2, /startup_mode: "on" is not known/, /active, lazy_loading/],
      [['new', '--group', 'nix', '--', 'x'], ...unknownGroup],
      [['new', '--json', '{'], 2, /--json is no JSON object: .*column 2/, /@FILE/],
      [['new', '--json', '[]'], 2, /--json is no JSON object/, /@FILE/],
      [['new', '--json', '@/nope'], 7, /--json: Cannot read \/nope/, /path/],
      [['new', '--json', '{"command":5}'], 2, /command: must be a string/, /double quotes/],
      [['new', '--json', '{"command":"x","comand":"y"}'], 2, /comand: no such field/, /did you mean "command"/],
      [['new', '--json', '{"name":"other","command":"x"}'], 2, /about "other", not "new"/, /leave the name out/],
      [['new', '--json', '{"command":"x"}', '--', 'y'], 2, /--json and other fields/, /all of them into --json/],
      [['new', '--json', '{"command":"x"}', '-e', 'A=1'], 2, /--json and other fields/, /all of them into --json/]] },
  'servers update': {
    good: ['time', '--description', 'x'], takesAll: true, values: wait,
    free: ['--server-url', '--env', '--header', '--group', '--tag', '--description', '--working-dir',
      '--protocol', '--mode', '--json'],
    wrong: [
      [['tme', '--description', 'x'], ...unknownServer],
      [['time'], 2, /not said what to change of time/, /--json '\{"connect_timeout"/],
      [['time', '-e', 'TOKEN'], 2, /"TOKEN" has no name and value/, /--env TOKEN=abc/],
      [['time', '--group', 'nix'], ...unknownGroup],
      [['time', '--mode', 'on'], 2, /startup_mode: "on" is not known/, /active, lazy_loading/],
      [['locked', '--mode', 'active'], 1, /locked is quarantined/, /mcptrunk servers approve locked/],
      [['time', '--protocol', 'grpc'], 2, /protocol: "grpc" is not known/, /stdio, http/],
      [['time', '--server-url', 'http://h'], 2, /both "command" and "url"|"stdio" needs|"url"/, /remove|add/],
      [['time', '--json', '{"comand":"y"}'], 2, /comand: no such field/, /did you mean "command"/],
      [['time', '--json', '{"name":"other"}'], 2, /name of a server cannot be changed/, /Add a server of the new name/]] },
  'servers remove': look,
  'groups list': {},
  'groups enable': actOnGroup,
  'groups disable': actOnGroup,
  'groups restart': actOnGroup,
  'groups add': { good: ['new'], free: ['--description', '--parent', '--color', '--server'], wrong: [
    [['a/b'], 2, /"a\/b" cannot be the name of a group/, /use 1 to 64/],
    [['db'], 1, /group "db" already/, /Choose another name/],
    [['new', '--parent', 'nix'], ...unknownGroup],
    [['new', '--server', 'tme'], ...unknownServer]] },
  'groups remove': { good: ['db'], wrong: [[['nix'], ...unknownGroup]] },
  'groups rename': { good: ['db', 'store'], wrong: [
    [['nix', 'x'], ...unknownGroup],
    [['db', 'dev'], 1, /group "dev" already/, /Choose another name/],
    [['db', 'a/b'], 2, /"a\/b" cannot be the name of a group/, /use 1 to 64/]] },
  'groups assign': { good: ['db', 'time'], wrong: [
    [['nix', 'time'], ...unknownGroup], [['db', 'tme'], ...unknownServer]] },
  'groups unassign': { good: ['db', 'time'], wrong: [
    [['nix', 'time'], ...unknownGroup], [['db', 'tme'], ...unknownServer],
    [['dev', 'locked'], 7, /"locked" is not in the group "dev"/, /It is in no group/]] },
  'tools search': { values: { '--limit': ['x', '0', '101'] }, free: ['--server', '--group'], wrong: [
    [['x', '--server', 'tme'], ...unknownServer], [['x', '--group', 'nix'], ...unknownGroup]] },
  'tools list': { free: ['--server'], wrong: [[['--server', 'tme'], ...unknownServer]] },
  'tools show': { good: ['time:get_current_time'], wrong: [
    [['time'], 7, /no tool time/, /an id is server:tool/],
    [['tme:x'], ...unknownServer],
    [['time:get_curent_time'], 7, /Did you mean time:get_current_time\?/, /tools search/]] },
  'call': { good: ['time:get_current_time'], values: { '--timeout': ['x', '0', '86401'] }, free: ['--args'], wrong: [
    [['time'], 2, /"time" is no tool id/, /SERVER:TOOL/],
    [['time:'], 2, /"time:" is no tool id/, /SERVER:TOOL/],
    [['tme:x'], ...unknownServer],
    [['time:get_curent_time'], 7, /Did you mean time:get_current_time\?/, /tools search/],
    [['locked:x'], 1, /'locked' is quarantined/, /mcptrunk servers approve locked/],
    [['time:get_current_time', '--args', '{'], 2, /--args is no JSON object: .*column 2/, /@FILE/],
    [['time:get_current_time', '--args', '[1]'], 2, /--args is no JSON object/, /@FILE/],
    [['time:get_current_time', '--args', '@/nope'], 7, /--args: Cannot read \/nope/, /path/]] },
  'events': { free: ['--since', '--type', '--server', '--group'], wrong: [
    [['--since', 'zz'], 2, /"zz" is no event id/, /as an event carried it/],
    [['--type', 'zz'], 2, /no event type "zz"/, /types are: server_state_changed/],
    [['--server', 'tme'], ...unknownServer],
    [['--group', 'nix'], ...unknownGroup]] },
  'activity': { values: { '--limit': ['x', '0', '1001'] }, free: ['--before', '--server'], wrong: [
    [['--before', 'x'], 2, /before/, /./],
    [['--server', 'tme'], ...unknownServer]] },
  'config check': { daemon: false, wrong: [
    [['/nope.json'], 7, /Cannot read \/nope\.json/, /path/],
    [['bad.json'], 4, /line 2, column \d+, mcpServers\.bad\.args: must be a list, but is a string/, /write a list/]] },
  'config show': {},
  'config import': { good: ['import.json', '--apply'], free: ['--from', '--only', '--group'], wrong: [
    [['/nope.json'], 7, /Cannot read \/nope\.json/, /path/],
    [['--from', 'nonsense'], 2, /"nonsense" is no program/, /--from is one of: claude-desktop/],
    [['import.json', '--from', 'cursor'], 2, /a file and --from are given/, /give one of them/],
    [['--apply'], 2, /not said what to import/, /name a file/],
    [['bad.json'], 0, /bad +unusable[^]*bad: args: must be a list/, /write a list/],
    [['bad.json', '--apply'], 8, /bad +unusable[^]*bad: args: must be a list/, /write a list/],
    [['cut.json'], 4, /cut\.json: line 1, column \d+: .*the file ends here/, /close what is still open/],
    [['import.json', '--only', 'imprted', '--apply'], 7, /no server "imprted".*Did you mean imported\?/, /there are: imported/]] },
  'backup': { good: ['copy.mdb'], wrong: [
    [['/no/such/dir/x'], 7, /\/no\/such\/dir: No such file or directory/, /path/],
    [['bad.json'], 1, /bad\.json exists/, /a name that does not exist/]] },
  'doctor': { daemon: false },
  'support-bundle': { daemon: false, good: ['bundle.json'], wrong: [
    [['bad.json'], 1, /bad\.json/, /name another file/],
    [['/no/such/dir/x.json'], 7, /\/no\/such\/dir/, /path/]] },
  'completion': { daemon: false, good: ['bash'], wrong: [[['csh'], 2, /"csh" is no shell/, /bash, zsh or fish/]] },
  'version': { daemon: false }
};

const globalRows = [
  [['nope'], 2, /`mcptrunk` has no command "nope"/, /the commands are: serve, stdio/],
  [['servrs', 'list'], 2, /no command "servrs"\. Did you mean servers/, /mcptrunk --help/],
  [['servers'], 2, /`mcptrunk servers` needs a command/, /the commands are: list, show/],
  [['groups', 'lst'], 2, /no command "lst"\. Did you mean list\?/, /mcptrunk groups --help/],
  [['status', '-o', 'yaml'], 2, /--output: "yaml" is neither table nor json/, /status --help/],
  [['status', '--url', 'nonsense'], 2, /"nonsense" is no http or https URL/, /--url http:\/\//],
  [['status', '--url', 'http://127.0.0.1:1'], 6, /http:\/\/127\.0\.0\.1:1 is not reachable/, /mcptrunk serve/],
  [['status', '--data-dir', '/nowhere'], 6, /data directory \/nowhere/, /mcptrunk serve/],
  [['status', '--config', '/nope.json'], 4, /there is no file \/nope\.json/, /--data-dir/],
  [['status', '--config'], 2, /--config has no value behind it/, /status --help/]
];

describe('bad input for commands', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  let commands;
  before(async () => {
    daemon = await Daemon.on({
      groups: [{ name: 'dev' }, { name: 'db', parent: 'dev' }],
      mcpServers: [{ ...fixture('time'), groups: ['db'] }, { name: 'locked', command: 'cat', startup_mode: 'quarantined' },
        { name: 'dialled', url: 'http://127.0.0.1:1/mcp', startup_mode: 'disabled' }]
    });
    user = new User(daemon);
    commands = await commandsOf(user);
    const file = (name, text) => writeFileSync(join(daemon.home, name), text);
    file('bad.json', '{"mcpServers":{"bad":{"command":"x",\n"args":"y"}}}');
    file('cut.json', '{"mcpServers":{"a":{"command"');
    file('import.json', '{"mcpServers":{"imported":{"command":"x"}}}');
  });
  after(async () => { await daemon.close(); });

  async function refused(args, code, says, remedy, kind) {
    const done = await user.run(...args);
    const about = `${kind ?? ''} mcptrunk ${args.join(' ')}: ${done.code} ${done.out}${done.err}`;
    assert.equal(done.code, code, about);
    const text = done.out + done.err;
    assert.match(text, says, about);
    assert.match(text, remedy, about);
  }
  const each = async (what, run) => {
    for (const command of commands) {
      if (what(command)) await run(command, table[command.name]);
    }
  };

  it('the table has every command and every option of the program, and no others', () => {
    assert.deepEqual(Object.keys(table).sort(), commands.map(command => command.name).sort());
    for (const command of commands) {
      const { values = {}, free = [] } = table[command.name];
      const named = command.options.filter(option => option.takesValue).map(option => option.name);
      assert.deepEqual([...Object.keys(values), ...free].sort(), named.sort(), command.name);
    }
  });

  it('a missing argument is named', () => each(command => command.required > 0, command =>
    refused(command.path, 2, new RegExp(`\`mcptrunk ${command.name}\` needs [A-Za-z|:]+`),
      new RegExp(`usage: mcptrunk ${command.name} .*--help`))));

  it('an unknown option is named', () => each(() => true, (command, { good = [] }) =>
    refused([...command.path, '--nonsense', ...good], 2, /has no option --nonsense/,
      new RegExp(`mcptrunk ${command.name} --help`))));

  it('one argument too many is named', () =>
    each(command => !command.variadic && !table[command.name].takesAll, (command, { good = [] }) =>
      refused([...command.path, ...(command.optional && good.length === 0 ? ['bad.json'] : good), 'surplus'], 2,
        /takes no argument "surplus"/, new RegExp(`mcptrunk ${command.name} --help`))));

  it('an option without its value is named', () => each(() => true, async command => {
    for (const { name, takesValue } of command.options) {
      if (takesValue) await refused([...command.path, name], 2, new RegExp(`${name} has no value behind it`), /--help/);
    }
  }));

  it('a wrong value is named, with what would do', () => each(() => true, async (command, row) => {
    for (const [option, values] of Object.entries(row.values ?? {})) {
      for (const value of values) {
        await refused([...command.path, ...(row.good ?? []).slice(0, 1), option, value], 2,
          new RegExp(`"?${value}"?`), /in range|none of|HOST:PORT|is one of/);
      }
    }
  }));

  it('wrong names and values are refused with what to do, and change nothing', async () => {
    const file = user.file();
    await each(() => true, async (command, { wrong = [] }) => {
      for (const [args, ...told] of wrong) await refused([...command.path, ...args], ...told);
    });
    assert.equal(user.file(), file);
  });

  it('without a daemon every command that needs one says how to start it: exit 6', async () => {
    const nowhere = join(daemon.home, 'nowhere');
    await each(command => table[command.name].daemon !== false, (command, { good = [] }) =>
      refused(['--data-dir', nowhere, ...command.path, ...good], 6,
        /no daemon is running for the data directory .*nowhere/, /start it with `mcptrunk serve --data-dir .*nowhere`/));
    assert.ok(!existsSync(nowhere));
  });

  it('with another key every command that needs the daemon says where the right one is', () =>
    each(command => table[command.name].daemon !== false, (command, { good = [] }) =>
      refused(['--url', daemon.url.origin, '--api-key', 'wrong', ...command.path, ...good], 1,
        /key is not the right one/, /--api-key or MCPTRUNK_API_KEY/)));

  it('what is wrong before or beside the command is named', async () => {
    for (const [args, ...told] of globalRows) await refused(args, ...told);
  });
});
