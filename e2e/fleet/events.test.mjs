// What happens to 159 servers at once, told to a hundred programs and to five hundred: all of it,
// in one order, whoever else is listening or has stopped to.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Daemon, eventually } from '../clients/daemon.mjs';
import { everyone, FleetUser, fleetConfig } from './fleet.mjs';
import { sequence, Watcher } from './watcher.mjs';

const keptMax = 10_000;  // in the daemon's ring
const buffersHoldMax = 6_000_000;  // of a connection, in the kernel and here

const off = ['ready', 'stopping', 'disabled'];
const on = ['disabled', 'queued', 'connecting', 'ready'];
const lazyOff = ['idle', 'disabled'];
const lazyOn = ['disabled', 'idle'];

// An event names the groups of its server: with these, the buffers of the system hold fewer.
const departments = Array.from({ length: 12 }, (_, i) => `department ${i} of those whose names are rather long`);

const watchers = (daemon, count) => Promise.all(Array.from({ length: count }, () => Watcher.open(daemon)));

// The states that an event stream tells of a server, each change going on from the last.
function path(events, server) {
  const states = [];
  for (const event of events) {
    if (event.type !== 'server_state_changed' || event.server !== server) continue;
    if (states.length === 0) states.push(event.from);
    assert.equal(event.from, states.at(-1), `${server}: ${event.id}`);
    states.push(event.to);
  }
  return states;
}

describe('events of 159 servers', { timeout: 300_000 }, () => {
  let daemon;
  let user;
  let names;
  before(async () => {
    const config = fleetConfig({
      max_concurrent_connections: 20, spoil: () => ({ groups: [everyone, ...departments] })
    });
    config.groups.push(...departments.map(name => ({ name })));
    names = config.mcpServers.map(server => server.name);
    daemon = await Daemon.on(config);
    user = new FleetUser(daemon);
    await allIn('ready');
  });
  after(async () => { await daemon?.close(); });

  const allIn = state => eventually(() => user.servers(), all => names.every(name => all.get(name).state === state));
  const group = async action => {
    assert.equal((await user.ask('POST', `groups/${everyone}/${action}`)).status, 200);
  };
  // What has happened so far is with all of them.
  const caughtUp = async those => {
    const { event_id: last } = (await user.ask('GET', 'servers')).body.data;
    await Promise.all(those.map(one => one.untilId(last)));
  };
  // The same for all, and nothing left out.
  const checkSame = those => {
    const [first] = those;
    const numbers = first.events.map(sequence);
    assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i));
    const said = first.frames.join('\n\n');
    for (const one of those) assert.ok(one.frames.join('\n\n') === said, 'another stream says something else');
  };

  it('a hundred subscribers get all events of a group switched off and on, in one order', async () => {
    const hundred = await watchers(daemon, 100);
    await group('disable');
    await allIn('disabled');
    await group('enable');
    await allIn('ready');
    await caughtUp(hundred);
    checkSame(hundred);
    for (const name of names) assert.deepEqual(path(hundred[0].events, name), [...off, ...on.slice(1)], name);
    const changes = hundred[0].events.filter(event => event.type === 'server_state_changed').length;
    assert.equal(changes, names.length * (off.length + on.length - 2));
    console.log(`${hundred[0].events.length} events, ${changes} of them changes of state, to ${hundred.length} subscribers`);
    for (const one of hundred) one.close();
  });

  it('of five hundred, one that never reads costs the others nothing', async () => {
    const config = JSON.parse(user.file());
    for (const server of config.mcpServers) server.startup_mode = 'lazy_loading';
    config.idle_timeout = '1s';
    assert.equal((await user.ask('PUT', 'config', config)).status, 200);
    await allIn('idle');
    const five = await watchers(daemon, 500);
    const [stuck, ...others] = five;
    stuck.pause();
    await group('disable');
    await group('enable');
    await caughtUp(others);
    checkSame(others);
    for (const name of names) assert.deepEqual(path(others[0].events, name), [...lazyOff, ...lazyOn.slice(1)], name);
    for (const one of others.slice(1)) one.close();

    // So much that what the stuck one has not read is in no buffer and no ring any more.
    const [alone] = others;
    const beyondRing = () => alone.frames.slice(0, -keptMax).reduce((bytes, frame) => bytes + frame.length, 0);
    while (beyondRing() < buffersHoldMax) {
      await group('disable');
      await group('enable');
    }
    await caughtUp([alone]);
    checkSame([alone]);
    // It is told once how much it missed: when it reads again, or when it comes again after the
    // daemon has given it up.
    stuck.resume();
    const isGap = event => event.type === 'gap';
    const here = await stuck.until(() => stuck.events.find(isGap) ?? (stuck.ended || undefined), 'gap or end');
    const read = stuck.events.filter(event => !isGap(event)).map(event => event.id);
    const again = here === true ? await Watcher.open(daemon, `?after=${read.at(-1)}`) : stuck;
    const gap = await again.next(isGap);
    assert.equal(gap.from, read.at(-1));
    assert.deepEqual(read, alone.events.slice(0, read.length).map(event => event.id));
    assert.equal(again.events.filter(isGap).length, 1);
    again.close();
    for (const one of [stuck, alone]) one.close();
  });
});
